import type { Drawing } from './drawing.ts'
import { type Picture, picture } from './picture.ts'
import { svgOf } from './svg.ts'

/**
 * The picture of a drawing.
 *
 * @param title what consoles print, and readers are told who do not see it; the SVG has its first line
 * @param also further formats of files, by the end of the name
 */
export const drawn = ({
  drawing,
  title,
  also = {},
}: {
  readonly drawing: Drawing
  readonly title: string
  readonly also?: Readonly<Record<string, () => string>>
}): Picture<Drawing> => {
  const [first = ''] = title.split('\n')
  return picture({ spec: drawing, title, draw: async theme => svgOf(drawing, theme, first), also })
}
