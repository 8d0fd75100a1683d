// Views of Vega-Lite that charts are joined from.

type View = Readonly<Record<string, unknown>>

/** A name as a title: Vega looks titles up in an object, and takes constructor and its like for what every object has. */
export const asTitle = (name: string): string => (name in {} ? `${name} ` : name)

/** A frame in which there is nothing to draw. */
export const emptyView = ({ width, height }: { readonly width: number; readonly height: number }): View => ({
  width,
  height,
  view: { style: 'cell' },
  layer: [
    {
      data: { values: [{ text: 'no data' }] },
      mark: { type: 'text', style: 'muted-text' },
      encoding: { text: { field: 'text' } },
    },
  ],
})

/**
 * Panels beside each other, two in a row.
 *
 * @param isShared whether one legend is for all of them
 */
export const joined = (
  panels: readonly View[],
  size: { readonly width: number; readonly height: number },
  isShared: boolean,
): View => {
  const [only] = panels
  if (only === undefined) return emptyView(size)
  if (panels.length === 1) return only
  const how = isShared ? 'shared' : 'independent'
  return { concat: panels, columns: 2, resolve: { scale: { color: how, strokeDash: how } } }
}
