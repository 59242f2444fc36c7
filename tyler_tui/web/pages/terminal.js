// What the terminal of textual-serve leaves to its page: the keys go to it at once, and Ctrl+V
// pastes what the browser has in its clipboard.
"use strict";

function focusTerminal() {
  document.querySelector(".xterm-helper-textarea")?.focus();
}

window.addEventListener("load", focusTerminal);
window.addEventListener("focus", focusTerminal);

window.addEventListener(
  "keydown",
  (event) => {
    const isPaste = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v";
    if (isPaste && !event.altKey) event.stopPropagation();
  },
  { capture: true },
);
