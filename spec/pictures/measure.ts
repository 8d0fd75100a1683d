// Runs in a browser: draws pictures that its server gives, one after another, and says what is wrong with each.

type Point = readonly [x: number, y: number]
type Quad = readonly Point[]

/** The corners of a box of an element on the page, turned as it is. */
const quadOf = (element: SVGGraphicsElement, { x, y, width, height }: DOMRect): Quad => {
  const matrix = element.getScreenCTM() as DOMMatrix
  const corners = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ] as const
  return corners.map(([cx, cy]) => {
    const { x: px, y: py } = new DOMPoint(cx, cy).matrixTransform(matrix)
    return [px, py] as const
  })
}

/** Whether two convex shapes share more than a line: no side of either lies between them. */
const overlap = (a: Quad, b: Quad): boolean =>
  [a, b].every(shape =>
    shape.every(([x, y], i) => {
      const [nextX, nextY] = shape[(i + 1) % shape.length] as Point
      const length = Math.hypot(nextX - x, nextY - y) || 1
      const along = ([px, py]: Point): number => (px * (y - nextY) + py * (nextX - x)) / length
      const [of, other] = [a.map(along), b.map(along)]
      return Math.min(Math.max(...of), Math.max(...other)) - Math.max(Math.min(...of), Math.min(...other)) > 0.5
    }),
  )

const isSeen = (element: Element): boolean => {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const { opacity, visibility, display } = getComputedStyle(at)
    if (Number(opacity) === 0 || visibility === 'hidden' || display === 'none') return false
    if (['defs', 'clipPath', 'mask', 'marker', 'pattern', 'symbol'].includes(at.tagName)) return false
  }
  const { fill, fillOpacity, stroke, strokeOpacity, strokeWidth } = getComputedStyle(element)
  const isPainted = (paint: string, opacity: string): boolean =>
    paint !== 'none' && !/^rgba\(.*, 0\)$/.test(paint) && Number(opacity) > 0
  return (
    element.tagName === 'image' ||
    isPainted(fill, fillOpacity) ||
    (isPainted(stroke, strokeOpacity) && Number.parseFloat(strokeWidth) > 0)
  )
}

const isClipped = (element: Element): boolean => {
  for (let at: Element | null = element; at !== null; at = at.parentElement)
    if (getComputedStyle(at).clipPath !== 'none') return true
  return false
}

const told = (element: Element): string => {
  const text = element.textContent?.trim() ?? ''
  return element.tagName === 'text' ? `“${text}”` : `<${element.tagName}> ${element.outerHTML.slice(0, 160)}`
}

/** What of a text is ink: its box has room for accents and descenders that most texts do not have. */
const inkOf = (element: SVGGraphicsElement): Quad => {
  const { x, y, width, height } = element.getBBox()
  return quadOf(element, new DOMRect(x, y + height * 0.18, width, height * 0.64))
}

/** Attributes that hold numbers. */
const measures: ReadonlySet<string> = new Set(
  'cx cy d dx dy font-size height points r rx ry stroke-width transform viewBox width x x1 x2 y y1 y2'.split(' '),
)

/** What is wrong with an SVG, each fault as a text. */
const faultsOf = (source: string): readonly string[] => {
  const parsed = new DOMParser().parseFromString(source, 'image/svg+xml')
  const error = parsed.querySelector('parsererror')
  if (error !== null) return [`is not XML: ${error.textContent?.slice(0, 300)}`]
  const root = parsed.documentElement
  if (root.tagName !== 'svg' || root.namespaceURI !== 'http://www.w3.org/2000/svg') return ['is no SVG']
  const faults: string[] = []
  const title = [...root.children].find(child => child.tagName === 'title')?.textContent?.trim()
  if (root.getAttribute('role') !== 'img') faults.push('has no role="img"')
  if (!title && !root.getAttribute('aria-label')) faults.push('has no title for screen readers')
  if (!(Number(root.getAttribute('width')) > 0 && Number(root.getAttribute('height')) > 0))
    faults.push('has no width and height')
  for (const element of root.querySelectorAll('*'))
    for (const { name, value } of element.attributes)
      if (measures.has(name) && /NaN|undefined|Infinity/.test(value))
        faults.push(`has ${name}="${value.slice(0, 80)}" in <${element.tagName}>`)

  const svg = document.importNode(root, true) as unknown as SVGSVGElement
  document.body.replaceChildren(svg)
  const frame = svg.getBoundingClientRect()
  const graphics = [
    ...svg.querySelectorAll<SVGGraphicsElement>('path,rect,circle,ellipse,line,polyline,polygon,image,text'),
  ]
  const seen = graphics.filter(isSeen)
  const boxes = seen.map(element => element.getBoundingClientRect())
  for (const [i, element] of seen.entries()) {
    const { left, right, top, bottom } = boxes[i] as DOMRect
    const isInside =
      left >= frame.left - 1 && right <= frame.right + 1 && top >= frame.top - 1 && bottom <= frame.bottom + 1
    if (!isInside && !isClipped(element)) {
      const [x, y] = [left - frame.left, top - frame.top].map(Math.round)
      const [w, h] = [right - left, bottom - top].map(Math.round)
      faults.push(`leaves the frame of ${frame.width} × ${frame.height}: ${told(element)} at ${x}, ${y}, ${w} × ${h}`)
    }
  }
  const isPainted = seen.some((element, i) => {
    const { left, right, top, bottom } = boxes[i] as DOMRect
    const covers =
      left <= frame.left + 1 && right >= frame.right - 1 && top <= frame.top + 1 && bottom >= frame.bottom - 1
    return covers && ['rect', 'path'].includes(element.tagName)
  })
  if (!isPainted) faults.push('has no painted background')
  const texts = seen.filter(({ tagName, textContent }) => tagName === 'text' && textContent?.trim())
  if (texts.length === 0) faults.push('has no text')
  const inks = texts.map(inkOf)
  for (const [i, text] of texts.entries()) {
    if (Number.parseFloat(getComputedStyle(text).fontSize) < 7) faults.push(`has text too small to read: ${told(text)}`)
    for (let j = i + 1; j < texts.length; j++)
      if (overlap(inks[i] as Quad, inks[j] as Quad))
        faults.push(`texts overlap: ${told(text)} and ${told(texts[j] as Element)}`)
  }
  return faults
}

for (;;) {
  const response = await fetch('/next').catch(() => undefined)
  if (response === undefined) await new Promise(resolve => setTimeout(resolve, 200))
  else if (response.status === 200) {
    const source = await response.text()
    let faults: readonly string[]
    try {
      faults = faultsOf(source)
    } catch (error) {
      faults = [`cannot be measured: ${error}`]
    }
    await fetch('/said', { method: 'POST', body: JSON.stringify(faults) })
  }
}
