/* Lets a reader choose the size of the text, and remembers it on this site. The page is whole without it. */
(function () {
  "use strict";
  var root = document.documentElement;
  var key = "congtin-size";
  var box = document.querySelector(".size");
  function show(size) {
    root.dataset.size = size;
    if (!box) return;
    box.querySelectorAll("button").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.value === size));
    });
  }
  function known() {
    // A browser may keep nothing, or refuse to.
    try { return localStorage.getItem(key); } catch (refused) { return null; }
  }
  var kept = known();
  show(kept === "2" || kept === "3" ? kept : "1");
  if (!box) return;
  box.classList.add("ready");
  box.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) return;
    show(button.value);
    try { localStorage.setItem(key, button.value); } catch (refused) { /* it holds for this page */ }
  });
})();
