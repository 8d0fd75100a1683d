import { Resvg } from '@resvg/resvg-js'
import { expect } from 'chai'
import fc from 'fast-check'
import { decode } from 'fast-png'
import { type Drawing, fittedText, type Shape } from '../../src/pictures/drawing.ts'
import { drawn } from '../../src/pictures/drawn.ts'
import { pngUri } from '../../src/pictures/pixels.ts'
import { svgOf } from '../../src/pictures/svg.ts'
import { cutTo, widthOf } from '../../src/pictures/text-width.ts'
import { paletteOf } from '../../src/pictures/theme.ts'

const drawingOf = (...shapes: readonly Shape[]): Drawing => ({ width: 40, height: 30, shapes })
const text = (shape: Partial<Extract<Shape, { kind: 'text' }>>): Shape => ({
  kind: 'text',
  x: 5,
  y: 20,
  size: 10,
  text: 'a',
  ...shape,
})

const rgb = (colour: string): readonly number[] => [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16))
/** The colours of a drawing of 40 by 30 pixels, as red, green and blue at a place. */
const pixels = (svg: string): ((x: number, y: number) => readonly number[]) => {
  const { data, width } = decode(new Resvg(svg).render().asPng())
  return (x, y) => [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 3)]
}

describe('Drawings as SVG', () => {
  it('have their shapes where they are, the later ones above', () => {
    const at = pixels(
      svgOf(
        drawingOf(
          { kind: 'rect', x: 2, y: 3, width: 20, height: 10, fill: '#ff0000' },
          { kind: 'rect', x: 10, y: 3, width: 20, height: 10, fill: '#00ff00' },
          {
            kind: 'group',
            shapes: [
              {
                kind: 'path',
                points: [
                  [0, 20],
                  [40, 20],
                ],
                stroke: '#0000ff',
                strokeWidth: 4,
              },
            ],
          },
        ),
        'light',
        'shapes',
      ),
    )
    expect(at(4, 5)).to.deep.equal([255, 0, 0])
    expect(at(15, 5)).to.deep.equal([0, 255, 0])
    expect(at(30, 20)).to.deep.equal([0, 0, 255])
    expect(at(35, 5)).to.deep.equal([255, 255, 255])
  })

  it('have the colours of their theme', () => {
    const drawing = drawingOf(
      { kind: 'rect', x: 0, y: 0, width: 10, height: 30, fill: 'text' },
      { kind: 'rect', x: 10, y: 0, width: 10, height: 30, fill: 'category-2' },
      { kind: 'rect', x: 20, y: 0, width: 10, height: 30, fill: { sequential: 1 } },
    )
    const [light, dark] = [pixels(svgOf(drawing, 'light', '')), pixels(svgOf(drawing, 'dark', ''))]
    expect(light(35, 5)).to.deep.equal([255, 255, 255])
    expect(dark(35, 5)).to.deep.equal(rgb(paletteOf('dark').page))
    expect(light(5, 5)).to.deep.equal(rgb(paletteOf('light').text))
    expect(dark(15, 5)).to.deep.equal(rgb(paletteOf('dark').categorical[2] ?? ''))
    expect(light(25, 5)).to.deep.equal([0xfd, 0xe7, 0x25])
  })

  it('show pixels as they are, enlarged', () => {
    const href = pngUri(new Uint8Array([255, 0, 0, 0, 0, 255]), { width: 2, height: 1, channels: 3 })
    const at = pixels(svgOf(drawingOf({ kind: 'image', x: 0, y: 0, width: 20, height: 20, href }), 'light', ''))
    for (const x of [1, 8]) expect(at(x, 10)).to.deep.equal([255, 0, 0])
    for (const x of [11, 18]) expect(at(x, 10)).to.deep.equal([0, 0, 255])
  })

  it('have arrows whose heads end where the line does', () => {
    const line = (arrow: boolean) =>
      pixels(
        svgOf(
          drawingOf({
            kind: 'path',
            points: [
              [5, 15],
              [30, 15],
            ],
            stroke: '#000000',
            arrow,
          }),
          'light',
          '',
        ),
      )
    expect(line(true)(24, 13)[0]).to.be.below(200)
    expect(line(false)(24, 13)[0]).to.equal(255)
    expect(line(true)(32, 15)[0]).to.equal(255)
    // Without a length there is no direction to point into.
    expect(
      svgOf(
        drawingOf({
          kind: 'path',
          points: [
            [5, 5],
            [5, 5],
          ],
          arrow: true,
        }),
        'light',
        '',
      ),
    ).not.to.contain('NaN')
  })

  it('pass smoothly near their points, from the first to the last', () => {
    const points = [
      [2, 2],
      [2, 20],
      [30, 20],
      [30, 28],
    ] as const
    const svg = svgOf(drawingOf({ kind: 'path', points, smooth: true, stroke: '#000000' }), 'light', '')
    expect(svg).to.match(/ d="M2,2C[^"]* 30,28"/)
    expect(pixels(svg)(2, 20)[0]).to.equal(255)
  })

  it('say what they show, and what has a title', () => {
    const svg = svgOf(
      drawingOf({
        kind: 'group',
        title: 'a <group>',
        link: 'https://a.example/?b&c',
        shapes: [text({ title: 'whole' })],
      }),
      'light',
      'two "nets" & more',
    )
    expect(svg).to.contain('role="img" aria-label="two &#34;nets&#34; &#38; more"')
    expect(svg).to.contain('<title>two &#34;nets&#34; &#38; more</title>')
    expect(svg).to.contain('<a href="https://a.example/?b&#38;c"><title>a &#60;group&#62;</title>')
    expect(svg).to.contain('>a<title>whole</title></text>')
  })

  it('are XML whatever their texts are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom('\ud800', '\0', '<', ']]>', '&', '"', 'a') }),
        (a, b) => {
          const svg = svgOf(drawingOf(text({ text: a, title: b }), text({ text: b, title: a })), 'dark', a + b)
          new Resvg(svg, { font: { loadSystemFonts: false } }).render()
        },
      ),
      { numRuns: 50 },
    )
  })

  it('are the same text for the same drawing', () => {
    const drawing = drawingOf(
      text({ x: 1 / 3, rotate: -90, anchor: 'end', weight: 'bold', family: 'mono', colour: 'muted' }),
    )
    expect(svgOf(drawing, 'light', 't')).to.equal(svgOf(structuredClone(drawing), 'light', 't'))
    expect(svgOf(drawing, 'light', 't')).to.contain('x="0.33"')
  })
})

describe('Pictures of drawings', () => {
  it('have the drawing for their spec, frozen, and print their title', async () => {
    const made = drawn({ drawing: drawingOf(text({})), title: 'A letter\nalone' })
    expect(made.spec.shapes[0]).to.deep.equal(text({}))
    expect(made.spec.shapes[0]).to.be.frozen
    expect(await made.svg()).to.contain('aria-label="A letter"')
  })
})

describe('Widths of texts', () => {
  const style = { size: 10 }
  it('are sums of the advances of Helvetica', () => {
    expect(widthOf('', style)).to.equal(0)
    expect(widthOf('mi', style)).to.be.closeTo(8.33 + 2.22, 1e-9)
    expect(widthOf('mi', { size: 20, weight: 'bold' })).to.be.closeTo(2 * (8.89 + 2.78), 1e-9)
    expect(widthOf('mi', { ...style, family: 'mono' })).to.be.closeTo(2 * 6.02, 1e-9)
    expect(widthOf('漢字', style)).to.equal(20)
    expect(widthOf('e\u0301', style)).to.equal(widthOf('e', style))
  })

  it('bound what is cut, which ends with an ellipsis and has its whole text for a title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 12, max: 100 }), (long, most) => {
        const short = cutTo(long, most, style)
        expect(widthOf(short, style)).to.be.at.most(most)
        if (widthOf(long, style) <= most) expect(short).to.equal(long)
        else expect(short).to.match(/…$/u)
        // No character more would fit.
        const kept = [...short].length - 1
        if (short !== long && !/\s/.test(long))
          expect(widthOf(`${[...long].slice(0, kept + 1).join('')}…`, style)).to.be.above(most)
      }),
    )
    const shape = { x: 0, y: 0, size: 10, text: 'convolution' }
    expect(fittedText(shape, 32)).to.deep.include({ text: 'conv…', title: 'convolution' })
    expect(fittedText(shape, 300)).to.deep.equal({ kind: 'text', ...shape })
  })
})
