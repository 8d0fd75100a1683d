import { font, paletteOf, sizes, type Theme } from '../pictures/theme.ts'

/** How many colours a scale of Vega is given: it mixes what lies between them. */
const steps = 16

/** The colours and fonts of a theme as a configuration of Vega-Lite. Charts name styles of it, and no colours of their own. */
export const configOf = (theme: Theme): Readonly<Record<string, unknown>> => {
  const { page, text, muted, grid, border, alarm, categorical, sequential, diverging } = paletteOf(theme)
  const ramp = Array.from({ length: steps + 1 }, (_, i) => sequential(i / steps))
  const title = { titleFont: font, titleFontSize: sizes.label, titleColor: text, titleFontWeight: 'normal' }
  const label = { labelFont: font, labelFontSize: sizes.label, labelColor: muted }
  return {
    background: page,
    font,
    padding: 14,
    // Each mark with a label of its own would make the file three times as large; the title says what is shown.
    aria: false,
    title: {
      anchor: 'start',
      font,
      fontSize: sizes.title,
      fontWeight: 'bold',
      color: text,
      subtitleFont: font,
      subtitleFontSize: sizes.label,
      subtitleColor: muted,
      subtitlePadding: 5,
      offset: 12,
    },
    axis: {
      ...title,
      ...label,
      domainColor: border,
      tickColor: border,
      gridColor: grid,
      titlePadding: 8,
      labelLimit: 160,
      labelOverlap: true,
      labelSeparation: 4,
    },
    legend: { ...title, ...label, labelLimit: 180, titlePadding: 6, symbolStrokeWidth: 2 },
    header: { ...title, ...label, titleFontWeight: 'bold', labelFontWeight: 'bold', labelColor: text },
    view: { stroke: border },
    concat: { spacing: 28 },
    range: {
      // What has no hue of its own comes after all that have.
      category: [...categorical, border],
      ramp,
      // From nothing, the page, to a hue on which text of the page's colour is read.
      heatmap: [page, categorical[0]],
      ordinal: ramp,
      diverging: Array.from({ length: steps + 1 }, (_, i) => diverging((2 * i) / steps - 1)),
    },
    mark: { color: categorical[0], invalid: 'break-paths-show-path-domains' },
    line: { strokeWidth: 2, strokeCap: 'round', strokeJoin: 'round' },
    point: { filled: true, size: 28, opacity: 1 },
    bar: { color: categorical[0] },
    text: { font, fontSize: sizes.label, color: text },
    rule: { color: muted },
    style: {
      muted: { color: muted },
      'muted-line': { color: muted, strokeWidth: 1, strokeDash: [4, 3] },
      'muted-text': { color: muted },
      'alarm-line': { color: alarm, strokeWidth: 1.5, strokeDash: [4, 3] },
      'alarm-text': { color: alarm },
      'text-on-page': { color: text },
      'text-on-fill': { color: page },
      'cell-rect': { stroke: page },
      'muted-bar': { color: muted },
    },
  }
}
