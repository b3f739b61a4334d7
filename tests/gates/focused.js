// Tells how what has the focus differs from before: what changed, with which contrast, and whether it is seen.
() => {
    const gate = window.ctGate;
    // One canvas for all: making one takes longer than everything else here.
    gate.canvas ??= new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    gate.colours ??= new Map();
    const painted = text => {
        gate.canvas.clearRect(0, 0, 1, 1); gate.canvas.fillStyle = text; gate.canvas.fillRect(0, 0, 1, 1);
        return [...gate.canvas.getImageData(0, 0, 1, 1).data];
    };
    const rgba = text => {
        if (!gate.colours.has(text)) gate.colours.set(text, painted(text));
        return gate.colours.get(text);
    };
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
    const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
    const behind = element => {
        for (let up = element; up; up = up.parentElement) {
            const colour = rgba(getComputedStyle(up).backgroundColor);
            if (colour[3] > 250) return colour;
        }
        return matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark")
            ? [18, 18, 18, 255] : [255, 255, 255, 255];
    };
    const element = document.activeElement;
    const number = element?.dataset?.ctFocus;
    if (number === undefined) return {number: -1, html: element ? element.outerHTML.slice(0, 200) : ""};
    const after = gate.styles(element), before = gate.before[number];
    const changed = gate.parts.filter(part => after[part] !== before[part] && !(part === "outlineColor" && after.outlineStyle === "none")
        && !(part === "outlineOffset" && after.outlineStyle === "none"));
    const box = element.getBoundingClientRect();
    const point = [box.left + box.width / 2, box.top + box.height / 2];
    const lines = [...element.getClientRects()];
    const seen = (lines.length ? lines : [box]).some(r => {
        const hit = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
        return hit && (hit === element || element.contains(hit) || hit.closest("label")?.control === element);
    });
    const outlined = after.outlineStyle !== "none" && parseFloat(after.outlineWidth) > 0;
    // Enough of a difference in one of these: its outline, its shadow, or its background to what it was.
    const around = behind(element.parentElement), ratios = [];
    if (outlined) ratios.push(after.outlineStyle === "auto" ? 21
        : Math.max(contrast(rgba(after.outlineColor), around), contrast(rgba(after.outlineColor), behind(element))));
    if (changed.includes("boxShadow")) for (const colour of after.boxShadow.match(/rgba?\([^)]*\)/g) ?? [])
        ratios.push(contrast(rgba(colour), around));
    if (changed.includes("backgroundColor")) ratios.push(contrast(rgba(after.backgroundColor), around));
    for (const part of ["textDecorationLine", "borderTopWidth", "borderBottomWidth"]) if (changed.includes(part)) ratios.push(3);
    const ratio = Math.max(1, ...ratios);
    return {number: +number, html: element.outerHTML.slice(0, 200), changed, outlined, width: parseFloat(after.outlineWidth), ratio,
        inside: box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight, seen};
}
