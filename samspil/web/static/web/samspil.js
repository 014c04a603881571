// What pages need beyond htmx. Without scripts every form still works with its buttons.
"use strict";

// Answers with a status other than 200 that carry a page for the person are shown like any other.
document.addEventListener("htmx:beforeSwap", (event) => {
  if ([403, 409, 422].includes(event.detail.xhr.status)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
