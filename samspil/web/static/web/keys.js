// One key for each decision: a button with data-key="i" is pressed by I, as long as nobody is typing in a field.
// Single-letter keys can be switched off (WCAG 2.1.4); the choice is remembered on this machine.
"use strict";

const KEYS_OFF = "samspil-keys-off";

// While a card is being changed no key counts: a decision is about a name that has been seen.
let changing = false;

function keysOn() {
  return localStorage.getItem(KEYS_OFF) === null;
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat || !keysOn()) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button || changing) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("DOMContentLoaded", () => {
  const choice = document.querySelector("[data-keys-switch]");
  if (!choice) return;
  choice.checked = keysOn();
  choice.addEventListener("change", () => {
    if (choice.checked) localStorage.removeItem(KEYS_OFF);
    else localStorage.setItem(KEYS_OFF, "1");
  });
});

document.addEventListener("htmx:beforeRequest", () => {
  changing = true;
});

// After a new card has come, reading and tabbing begin at its name.
document.addEventListener("htmx:afterSettle", (event) => {
  changing = false;
  event.target.querySelector("[data-focus]")?.focus();
});

for (const failed of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(failed, () => {
    changing = false;
  });
}
