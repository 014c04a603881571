// Writing in a plan: what is typed is kept every few seconds, so that a browser that dies takes nothing with it.
// Without scripts the page saves with its button, and nothing else is different.
"use strict";

(() => {
  const PAUSE = 1500; // milliseconds without a key

  function field(box) {
    return {
      text: box.querySelector("textarea[data-section]"),
      base: box.querySelector("input[name$='-version']"),
      state: box.querySelector("[data-state]"),
      url: box.dataset.draft,
      kept: null,
    };
  }

  function body(form, each) {
    const found = new URLSearchParams();
    found.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    found.set("text", each.text.value);
    found.set("base", each.base.value);
    return found;
  }

  async function keep(form, each) {
    if (each.kept === each.text.value) return;
    const sent = each.text.value;
    let answer = null;
    try {
      answer = await fetch(each.url, { method: "POST", body: body(form, each), keepalive: true, redirect: "error" });
    } catch (error) { /* without connection: told below */ }
    if (answer !== null && answer.status === 204) {
      each.kept = sent;
      const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
      each.state.textContent = `${form.dataset.saved} ${time}`;
    } else {
      each.state.textContent = form.dataset.failed;
    }
  }

  for (const form of document.querySelectorAll("form[data-drafts]")) {
    let sending = false;
    for (const box of form.querySelectorAll("[data-draft]")) {
      const each = field(box);
      if (!each.text) continue;
      each.kept = each.text.value;
      let waiting = 0;
      each.text.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => keep(form, each), PAUSE);
      });
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "hidden" && !sending) keep(form, each);
      });
      form.addEventListener("submit", () => { sending = true; clearTimeout(waiting); });
      const take = box.querySelector("[data-take]");
      if (take) {
        take.hidden = false;
        take.addEventListener("click", () => {
          each.text.value = `${each.text.value}\n\n${box.querySelector("[data-theirs]").textContent}`.trim();
          each.text.focus();
        });
      }
    }
  }

  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
      button.textContent = button.dataset.copied;
    });
  }
})();
