// What the terminal of textual-serve leaves to its page: the keys go to it as soon as it is
// connected, and Ctrl+V pastes what the browser has in its clipboard.
"use strict";

function focusTerminal() {
  // It tells the server of its focus, and fails at that before it is connected.
  if (document.body.classList.contains("-loaded")) {
    document.querySelector(".xterm-helper-textarea")?.focus();
  }
}

window.addEventListener("focus", focusTerminal);
window.addEventListener("load", () => {
  new MutationObserver(focusTerminal).observe(document.body, { attributeFilter: ["class"] });
});

window.addEventListener(
  "keydown",
  (event) => {
    const isPaste = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v";
    if (isPaste && !event.altKey) event.stopPropagation();
  },
  { capture: true },
);
