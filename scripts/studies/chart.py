"""A line chart with error bars as SVG; only what the studies of this folder need."""

COLOURS = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#17becf"]
LEFT, RIGHT, TOP, BOTTOM, WIDTH, HEIGHT = 60, 20, 40, 60, 720, 400


def ticks_of(low, high):
    step = next(s for s in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1) if (high - low) / s <= 8)
    first = int(low / step + 0.999999)
    return [round(i * step, 4) for i in range(first, int(high / step + 1e-9) + 1)]


def chart(title, axis, labels, lines):
    """`labels`: of the positions along x; `lines`: (name, [(mean, standard error)], dashed) with shares as y."""
    values = [v for _, points, _ in lines for m, e in points for v in (m - e, m + e)]
    low, high = min(values), max(values)
    low, high = max(0.0, low - 0.05 * (high - low + 0.02)), min(1.0, high + 0.05 * (high - low + 0.02))
    width, height = WIDTH - LEFT - RIGHT - 170, HEIGHT - TOP - BOTTOM

    def x(i):
        return LEFT + width * (i + 0.5) / len(labels)

    def y(v):
        return TOP + height * (high - v) / (high - low)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
           'font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
           f'<text x="{LEFT}" y="22" font-size="14">{title}</text>']
    for tick in ticks_of(low, high):
        out.append(f'<line x1="{LEFT}" x2="{LEFT + width}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick * 100:g} %</text>')
    for i, label in enumerate(labels):
        out.append(f'<text x="{x(i):.1f}" y="{TOP + height + 20}" text-anchor="middle">{label}</text>')
    out.append(f'<text x="{LEFT + width / 2:.1f}" y="{HEIGHT - 14}" text-anchor="middle">{axis}</text>')
    for n, (name, points, dashed) in enumerate(lines):
        colour = COLOURS[n % len(COLOURS)]
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        path = " ".join(f"{x(i):.1f},{y(m):.1f}" for i, (m, _) in enumerate(points))
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        for i, (m, e) in enumerate(points):
            out.append(f'<line x1="{x(i):.1f}" x2="{x(i):.1f}" y1="{y(m - e):.1f}" y2="{y(m + e):.1f}" '
                       f'stroke="{colour}"/>')
            out.append(f'<circle cx="{x(i):.1f}" cy="{y(m):.1f}" r="3" fill="{colour}"/>')
        at = TOP + 16 + 20 * n
        out.append(f'<line x1="{LEFT + width + 12}" x2="{LEFT + width + 36}" y1="{at - 4}" y2="{at - 4}" '
                   f'stroke="{colour}" stroke-width="2"{dash}/>')
        out.append(f'<text x="{LEFT + width + 42}" y="{at}">{name}</text>')
    return "\n".join(out + ["</svg>"]) + "\n"
