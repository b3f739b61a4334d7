// Marks everything that Tab should reach, and remembers how each looks without the focus.
() => {
    const list = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, audio[controls], video[controls]," +
        " [tabindex], [contenteditable=true]")].filter(element => {
            const box = element.getBoundingClientRect();
            const shown = element.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true});
            // Of radio buttons Tab reaches the one that is chosen; arrows lead to the others.
            const turn = element.type !== "radio" || element.checked;
            return shown && turn && element.tabIndex >= 0 && !element.disabled && !element.closest("[inert]") && box.width + box.height > 0;
        });
    list.forEach((element, number) => element.dataset.ctFocus = number);
    const parts = ["outlineStyle", "outlineWidth", "outlineColor", "outlineOffset", "boxShadow", "backgroundColor", "color",
        "borderTopColor", "borderTopWidth", "borderBottomWidth", "textDecorationLine", "textDecorationThickness"];
    const styles = element => { const s = getComputedStyle(element); return Object.fromEntries(parts.map(p => [p, s[p]])); };
    window.ctGate = {list, parts, styles, before: list.map(styles)};
    return list.length;
}
