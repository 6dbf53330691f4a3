const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'display',
  'visibility',
]

/** A drawing of the page as an SVG file of its own: colours resolved, patterns brought along, on the panel's ground. `note` is written at its head. */
export function standaloneSvg(drawing: SVGSVGElement, note: string): string {
  const { width, height } = drawing.getBoundingClientRect()
  const copy = drawing.cloneNode(true) as SVGSVGElement
  resolveStyles(drawing, copy)
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  copy.setAttribute('width', String(width))
  copy.setAttribute('height', String(height))
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
  for (const [name, value] of Object.entries({
    width: '100%',
    height: '100%',
    fill: getComputedStyle(document.documentElement).getPropertyValue('--panel'),
  }))
    ground.setAttribute(name, value)
  const says = document.createElementNS('http://www.w3.org/2000/svg', 'text')
  for (const [name, value] of Object.entries({
    x: '4',
    y: '12',
    'font-size': '11',
    'font-family': 'sans-serif',
    fill: getComputedStyle(document.documentElement).getPropertyValue('--ink2'),
  }))
    says.setAttribute(name, value)
  says.textContent = note
  copy.prepend(...usedPatterns(copy), ground)
  copy.append(says)
  return new XMLSerializer().serializeToString(copy)
}
function resolveStyles(from: Element, to: Element) {
  const computed = getComputedStyle(from)
  for (const name of STYLES)
    to.setAttribute(
      name,
      computed.getPropertyValue(name).replace(/url\(["']?[^"')]*(#[^"')]+)["']?\)/g, 'url($1)'),
    )
  to.removeAttribute('style')
  to.removeAttribute('class')
  ;[...from.children].forEach((child, index) => {
    const twin = to.children[index]
    if (twin) resolveStyles(child, twin)
  })
}
/** The page's own patterns (hatch, dots) that the drawing refers to. */
function usedPatterns(drawing: SVGSVGElement): SVGElement[] {
  const text = drawing.outerHTML
  return [...document.querySelectorAll<SVGPatternElement>('pattern[id]')]
    .filter(({ id }) => text.includes(`url(#${id})`))
    .map((pattern) => {
      const copy = pattern.cloneNode(true) as SVGPatternElement
      resolveStyles(pattern, copy)
      const defs = document.createElementNS('http://www.w3.org/2000/svg', 'defs')
      defs.append(copy)
      return defs
    })
}
/** The same as pixels, twice as fine as on screen. */
export async function toPng(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * 2
    canvas.height = image.naturalHeight * 2
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
    return await new Promise((done, failed) =>
      canvas.toBlob(
        (blob) => (blob ? done(blob) : failed(new Error('The picture could not be made.'))),
        'image/png',
      ),
    )
  } finally {
    URL.revokeObjectURL(address)
  }
}
/** Hands a file to the person's own downloads. */
export function save(name: string, content: Blob) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(content)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
