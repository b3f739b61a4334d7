// Lists what moves, or scrolls smoothly.
() => {
    const long = list => list.split(",").some(each => parseFloat(each) * (each.trim().endsWith("ms") ? 1 : 1000) > 10);
    const found = [];
    for (const element of document.querySelectorAll("*")) {
        for (const part of [null, "::before", "::after"]) {
            const style = getComputedStyle(element, part);
            const moves = (style.animationName !== "none" && long(style.animationDuration)) || long(style.transitionDuration);
            if (moves || (!part && style.scrollBehavior === "smooth")) { found.push(element.outerHTML.slice(0, 200)); break; }
        }
        if (element.matches("marquee, blink, [autoplay]")) found.push(element.outerHTML.slice(0, 200));
    }
    return found.concat(document.getAnimations().map(each => `animation ${each.id || each.animationName || ""}`));
}
