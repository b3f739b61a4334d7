// Follows the server's state: loads the page again when it was built anew, shows a bar while a build fails.
// No inline code, no inline style: it also runs under a strict content security policy.
(() => {
  "use strict";
  const FOCUS = "congtin-focus";
  const LONGEST_PAUSE = 5000;
  const STYLE = `
    details { position: fixed; inset: auto 0 0; z-index: 2147483647; max-height: 40vh; overflow: auto;
      box-sizing: border-box; padding: .6rem 1rem; border-top: 4px solid #ffb4a8; background: #5c0a0a; color: #fff;
      font: 16px/1.45 system-ui, "Noto Sans", sans-serif; overflow-wrap: anywhere; text-align: start; }
    summary { font-weight: 700; cursor: pointer; padding: .25rem 0; }
    summary span { font-weight: 400; }
    summary:focus-visible { outline: 3px solid #ffbf47; outline-offset: 2px; }
    ul { margin: .25rem 0 0; padding: 0 0 0 1.1rem; }
    li { margin: .4rem 0; }
    code { font: 14px/1.4 ui-monospace, "Noto Sans Mono", monospace; color: #ffd9d2; }
    small { display: block; font-size: 15px; color: #ffd9d2; }
    p { margin: .25rem 0; }
    @media print { details { display: none; } }`;
  const loaded = document.currentScript.dataset.pages;
  let bar = null;

  const element = (name, text, ...children) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    made.append(...children);
    return made;
  };

  const show = (failure) => {
    if (!failure) {
      bar?.host.remove();
      bar = null;
      return;
    }
    if (!bar) {
      const host = element("congtin-failure");
      // A shadow of its own: neither the theme's styles nor this one's reach the other.
      const root = host.attachShadow({ mode: "open" });
      const style = new CSSStyleSheet();
      style.replaceSync(STYLE);
      root.adoptedStyleSheets = [style];
      const details = element("details");
      details.open = true;
      details.setAttribute("role", "alert");
      root.append(details);
      document.body.append(host);
      bar = { host, details };
    }
    const problems = failure.problems.map(({ place, message, hint }) =>
      element("li", "", element("code", place), place ? " " : "", message, hint ? element("small", hint) : ""),
    );
    const summary = element("summary", `${failure.title} `, element("span", failure.note));
    bar.details.lang = failure.lang;
    bar.details.replaceChildren(
      summary,
      ...(problems.length ? [element("ul", "", ...problems)] : []),
      ...[failure.hint, failure.rest].filter(Boolean).map((text) => element("p", text)),
    );
  };

  // The browser keeps where the reader has scrolled to; the focus is kept here.
  const pathOf = (node) => {
    const path = [];
    for (let at = node; at.parentElement; at = at.parentElement) path.unshift([...at.parentElement.children].indexOf(at));
    return path;
  };
  const keepFocus = () => {
    const { activeElement } = document;
    if (!activeElement || activeElement === document.body || activeElement === bar?.host) return;
    const kept = { address: location.href, path: pathOf(activeElement), name: activeElement.tagName };
    sessionStorage.setItem(FOCUS, JSON.stringify(kept));
  };
  const restoreFocus = () => {
    const kept = JSON.parse(sessionStorage.getItem(FOCUS));
    sessionStorage.removeItem(FOCUS);
    if (kept?.address !== location.href) return;
    const node = kept.path.reduce((at, number) => at?.children[number], document.documentElement);
    if (node?.tagName === kept.name) node.focus({ preventScroll: true });
  };

  // Browsers open few connections to one host: pages nobody sees hold none of them.
  const untilSeen = () =>
    new Promise((resolve) => {
      const look = () => {
        if (document.hidden) return;
        document.removeEventListener("visibilitychange", look);
        resolve();
      };
      document.addEventListener("visibilitychange", look);
      look();
    });
  const ask = async (known) => {
    const stopper = new AbortController();
    const hide = () => document.hidden && stopper.abort();
    document.addEventListener("visibilitychange", hide);
    try {
      const answer = await fetch(`/.congtin/events?known=${known}`, { cache: "no-store", signal: stopper.signal });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null; // hidden, or no server: asked again below
    } finally {
      document.removeEventListener("visibilitychange", hide);
    }
  };
  const follow = async () => {
    let known = "";
    let pause = 250;
    for (;;) {
      await untilSeen();
      const state = await ask(known);
      if (!state) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        pause = Math.min(pause * 2, LONGEST_PAUSE);
        continue;
      }
      pause = 250;
      if (state.pages !== loaded) {
        keepFocus();
        location.reload();
        return;
      }
      known = state.news;
      show(state.failure);
    }
  };

  restoreFocus();
  follow();
})();
