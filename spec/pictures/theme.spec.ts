import { expect } from 'chai'
import { contrast, inkOn, paletteOf, type Theme } from '../../src/pictures/theme.ts'

const themes: readonly Theme[] = ['light', 'dark']

type Rgb = readonly [number, number, number]
const linear = (colour: string): Rgb =>
  [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  }) as unknown as Rgb
const times = (matrix: readonly Rgb[], [r, g, b]: Rgb): Rgb =>
  matrix.map(row => row[0] * r + row[1] * g + row[2] * b) as unknown as Rgb

/** What people without one kind of cone see, of linear RGB (Machado, Oliveira and Fernandes 2009, severity 1). */
const visions: Readonly<Record<string, readonly Rgb[]>> = {
  trichromat: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanope: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranope: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
}

/** The colour in Oklab (Ottosson 2020), in which distances are as large as they look. */
const oklab = (rgb: Rgb): Rgb => {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    rgb.map(channel => Math.max(0, channel)) as unknown as Rgb,
  ).map(Math.cbrt) as unknown as Rgb
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones,
  )
}
const distance = (a: Rgb, b: Rgb): number => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])

describe('The themes of pictures', () => {
  for (const theme of themes) {
    const palette = paletteOf(theme)
    it(`have text that can be read on a ${theme} page`, () => {
      expect(contrast(palette.page, palette.text)).to.be.greaterThan(12)
      expect(contrast(palette.page, palette.muted)).to.be.greaterThan(4.5)
      expect(contrast(palette.page, palette.alarm)).to.be.greaterThan(4.5)
    })

    it(`have eight hues that are seen on a ${theme} page`, () => {
      expect(palette.categorical).to.have.length(8)
      for (const colour of palette.categorical) expect(contrast(palette.page, colour), colour).to.be.at.least(2.99)
    })

    for (const [vision, matrix] of Object.entries(visions))
      it(`have eight hues on a ${theme} page that a ${vision} can tell apart`, () => {
        const seen = palette.categorical.map(colour => ({ colour, at: oklab(times(matrix, linear(colour))) }))
        for (const [i, a] of seen.entries())
          for (const b of seen.slice(i + 1))
            expect(distance(a.at, b.at), `${a.colour} and ${b.colour}`).to.be.greaterThan(0.08)
      })

    it(`have a scale from blue to red, alike at both ends and faint at 0, on a ${theme} page`, () => {
      const { diverging, page } = palette
      expect(contrast(diverging(0), page)).to.be.lessThan(1.3)
      for (const part of [0.3, 0.6, 1]) {
        const [below, above] = [contrast(diverging(-part), page), contrast(diverging(part), page)]
        expect(below / above).to.be.within(0.6, 1.6)
        expect(diverging(-part)).to.not.equal(diverging(part))
      }
      expect(diverging(Number.NaN)).to.equal(diverging(0))
      expect(diverging(9)).to.equal(diverging(1))
    })
  }

  it('have a scale that gets lighter all the way', () => {
    const { sequential } = paletteOf('light')
    const lightness = Array.from({ length: 33 }, (_, i) => oklab(linear(sequential(i / 32)))[0])
    for (const [i, value] of lightness.slice(1).entries()) expect(value).to.be.greaterThan(lightness[i] as number)
    expect(sequential(-1)).to.equal('#440154')
    expect(sequential(2)).to.equal('#fde725')
  })

  it('write on any ground with ink that can be read', () => {
    const { sequential } = paletteOf('light')
    for (let i = 0; i <= 32; i++) expect(contrast(inkOn(sequential(i / 32)), sequential(i / 32))).to.be.at.least(4.1)
  })
})
