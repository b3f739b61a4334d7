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

/* Comforts of an article: copying, sharing, addresses of headings. The page is whole without them. */
(function () {
  "use strict";
  function say(button) {
    var status = button.parentNode.querySelector("[role=status]");
    status.textContent = status.dataset.said;
    setTimeout(function () { status.textContent = ""; }, 4000);
  }
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    var source = document.getElementById(button.dataset.copy);
    if (!navigator.clipboard || !source) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(source.textContent.replace(/\s+/g, " ").trim()).then(function () { say(button); }, function () {
        getSelection().selectAllChildren(source);
      });
    });
  });
  document.querySelectorAll("[data-share]").forEach(function (button) {
    if (!navigator.share) { return; }
    button.parentNode.hidden = false;
    button.addEventListener("click", function () {
      navigator.share({ title: button.dataset.title, url: button.dataset.share }).catch(function () { /* closed */ });
    });
  });
  if (matchMedia("(min-width: 72rem)").matches) {
    document.querySelectorAll(".contents details").forEach(function (details) { details.open = true; });
  }
  document.querySelectorAll(".body h2[id], .body h3[id]").forEach(function (heading) {
    if (heading.querySelector("a")) { return; }
    var link = document.createElement("a");
    link.className = "anchor";
    link.href = "#" + heading.id;
    while (heading.firstChild) { link.appendChild(heading.firstChild); }
    heading.appendChild(link);
  });
})();
