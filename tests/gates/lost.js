// Lists texts that are cut off, and whatever makes the page wider than the window.
() => {
    const found = [];
    const say = (rule, element, more) => found.push([rule, element.outerHTML.slice(0, 200), more]);
    const wide = document.documentElement.scrollWidth - innerWidth;
    const scrolls = element => {
        for (let up = element; up && up !== document.body; up = up.parentElement) {
            if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return true;
        }
        return false;
    };
    for (const element of document.body.querySelectorAll("*")) {
        const style = getComputedStyle(element);
        const box = element.getBoundingClientRect();
        if (!box.width || !box.height || style.visibility === "hidden") continue;
        const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
        const hidden = box.width <= 2 || box.height <= 2 || style.clipPath !== "none";
        if (hidden) continue;
        const cuts = axis => ["hidden", "clip"].includes(style[axis]);
        if ((own || element.children.length) && (
                (cuts("overflowY") && element.scrollHeight > element.clientHeight + 2) ||
                (cuts("overflowX") && element.scrollWidth > element.clientWidth + 2)) && element.innerText?.trim()) {
            say("text-cut", element, `${element.scrollWidth}×${element.scrollHeight} in ${element.clientWidth}×${element.clientHeight}`);
        }
        if (wide > 0 && own && box.right > innerWidth + 1 && !scrolls(element)) say("sideways", element, `${Math.round(box.right)} pixels`);
    }
    if (wide > 0 && !found.some(each => each[0] === "sideways")) say("sideways", document.body, `${wide} pixels too wide`);
    return found;
}
