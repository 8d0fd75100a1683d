import { expect } from 'chai'
import { compile } from 'vega-lite'
import type { Picture } from '../../src/display.ts'
import { drawn, hasBrowser } from '../pictures/drawn.ts'

/** What Vega-Lite says against a specification. */
const warningsOf = (spec: unknown): readonly string[] => {
  const warnings: string[] = []
  const note = (...texts: readonly unknown[]): unknown => {
    warnings.push(texts.join(' '))
    return logger
  }
  const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger }
  compile(structuredClone(spec) as Parameters<typeof compile>[0], { logger: logger as never })
  return warnings
}

/**
 * Checks that a chart is whole: a specification of plain data that Vega-Lite takes without a warning, and drawings that are the
 * same each time and have no faults in a browser, where there is one.
 */
export const expectWhole = async (make: () => Picture<object>): Promise<void> => {
  const picture = make()
  expect(JSON.parse(JSON.stringify(picture.spec))).to.deep.equal(picture.spec)
  expect(JSON.stringify(make().spec)).to.equal(JSON.stringify(picture.spec))
  expect(warningsOf(picture.spec)).to.deep.equal([])
  const [light, again, dark] = await Promise.all([picture.svg(), make().svg(), picture.svg({ theme: 'dark' })])
  expect(light).to.equal(again)
  expect(light).to.not.equal(dark)
  if (!hasBrowser) return
  expect(await drawn(light)).to.deep.equal([])
  expect(await drawn(dark)).to.deep.equal([])
}

/** The texts that an SVG shows, in order. */
export const textsIn = (svg: string): readonly string[] =>
  [...svg.matchAll(/<text[^>]*>(?:<title>[^<]*<\/title>)?((?:[^<]|<\/?tspan[^>]*>)*)<\/text>/g)].map(([, text = '']) =>
    text.replace(/<[^>]*>/g, ' ').trim(),
  )
