// Tells when a passkey was not used; the page still has its other ways.
"use strict";

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const told = document.getElementById("passkey-failed");
  if (told) told.hidden = false;
});
