import { sizeOf } from '../base/shape.ts'
import { cut, shortened, shownAs, table } from '../base/shown.ts'
import { own, type VariableTree } from '../base/trees.ts'

interface Shaped {
  readonly shape: readonly number[]
}

const numbersIn = (tree: VariableTree<Shaped>): number =>
  Object.values(tree).reduce(
    (sum, variables) => Object.values(variables).reduce((n, { shape }) => n + sizeOf(shape), sum),
    0,
  )

const listed = (variables: Readonly<Record<string, Shaped>> | undefined): string =>
  Object.entries(variables ?? {})
    .map(([name, { shape }]) => `${name} [${shape.join(', ')}]`)
    .join(', ')

/** The shapes of variables by layer, as many as fit a screen. */
const listing = ({ params, state }: { readonly [_ in 'params' | 'state']: VariableTree<Shaped> }): string => {
  const layers = [...new Set([...Object.keys(params), ...Object.keys(state)])]
  const rows = layers.map(layer => {
    const [trained, kept] = [listed(own(params, layer)), listed(own(state, layer))]
    return [cut(layer, 32), cut([trained, kept && `state: ${kept}`].filter(Boolean).join('; '), 100)]
  })
  const lines = table(shortened(rows, 'layers'))
  const head = `Variables of ${layers.length} layer${layers.length === 1 ? '' : 's'}: ${numbersIn(params)} numbers in params, ${numbersIn(state)} in state`
  return [head, ...lines.map(line => `  ${line}`)].join('\n')
}

const shown = shownAs(listing)

/** Variables as users get them: consoles show their shapes. */
export const asShown = <T extends Shaped>(
  params: VariableTree<T>,
  state: VariableTree<T>,
): { readonly params: VariableTree<T>; readonly state: VariableTree<T> } =>
  Object.freeze(Object.defineProperties({ params, state }, shown))
