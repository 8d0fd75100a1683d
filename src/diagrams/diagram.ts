import { boolean, codec, type Options, oneOf, parseOptions } from '../base/options.ts'
import { isShortList } from '../base/trees.ts'
import type { AnyLayer } from '../core/layer.ts'
import { asPart } from '../network/parts.ts'
import { portNames } from '../network/ports.ts'
import { wiringOf } from '../network/wiring.ts'
import type { Drawing } from '../pictures/drawing.ts'
import { drawn } from '../pictures/drawn.ts'
import type { Picture } from '../pictures/picture.ts'
import { type Drawn, drawingOf } from './draw.ts'
import { type Fold, folded } from './fold.ts'
import type { Direction } from './layout.ts'
import { modelOf } from './model.ts'
import { regionsOf } from './regions.ts'
import { dotOf, mermaidOf } from './sources.ts'
import { tellingOf, toldOfWhole } from './texts.ts'

/** The options of {@link diagram}, {@link mermaid} and {@link dot}. */
export interface DiagramOptions {
  /** Where arrows lead. Default: `'down'`. */
  readonly direction?: 'down' | 'right'
  /**
   * Which parts are folded into one box each: what `block`, `repeat` and `shared` made, whole architectures, and networks within
   * layers. `'auto'` folds the innermost until at most 40 boxes are left, and the middle of what has more than 24 parts;
   * `true` folds all, `false` none. Names, in which `*` stands for any characters, fold those: `['res4*', 'encoder']`.
   * Default: `'auto'`.
   */
  readonly fold?: boolean | 'auto' | string | readonly string[]
  /** Whether arrows have the shapes of what they carry. Default: true. */
  readonly shapes?: boolean
  /** Whether boxes have their numbers of parameters. Default: true. */
  readonly parameters?: boolean
}

interface Normal {
  readonly direction: Direction
  readonly fold: Fold
  readonly shapes: boolean
  readonly parameters: boolean
}
const settings: Options<Normal> = {
  direction: { codec: oneOf(['down', 'right']), default: 'down' },
  fold: {
    codec: codec<Fold>("true, false, 'auto', or names of parts", value => {
      if (typeof value === 'boolean' || value === 'auto') return value
      const list = typeof value === 'string' ? [value] : value
      return isShortList(list) && [...list].every(name => typeof name === 'string' && name !== '')
        ? Object.freeze([...(list as readonly string[])])
        : undefined
    }),
    default: 'auto',
  },
  shapes: { codec: boolean, default: true },
  parameters: { codec: boolean, default: true },
}

/** What is drawn of a network, before it has a layout. */
const prepared = (owner: string, network: AnyLayer, options: DiagramOptions | undefined): Drawn => {
  const part = asPart(owner, network)
  const example = `${owner}(network, { direction: 'right', fold: 'auto' })`
  const { direction, fold, shapes, parameters } = parseOptions(owner, example, settings, options)
  const wiring = wiringOf(part)
  const [whole, open] = folded(owner, regionsOf(part, wiring), fold)
  const telling = tellingOf(wiring, parameters)
  const [inputs, outputs] = portNames(wiring)
  const graph = modelOf(wiring, whole, open)
  return { graph, telling, direction, shapes, inputs, outputs, caption: toldOfWhole(wiring, whole, telling) }
}

/**
 * A diagram of a network: its layers as boxes with their options and numbers of parameters, the shapes of what goes from one to
 * the next, and named parts as frames around their layers. Parts may be folded into one box, that says how many layers and
 * parameters it has; layers that share their variables have dashed outlines. An `Identity` without a name beside other branches
 * is drawn as a line.
 *
 * A picture: `.svg()`, `.png()`, and `.save('network.svg')`, which also writes `.png`, `.json` (the drawing as data), `.mmd`
 * (Mermaid) and `.dot` (Graphviz). Notebooks show it.
 *
 * @param network any layer or composition
 * @throws InvalidOption if it is not one, an option is wrong, or a name of `fold` is that of no part
 * @throws LayerConnectionError for a single layer that does not take one input of unknown shape
 * @example
 * ```ts
 * import { diagram } from 'joinery/display'
 *
 * const stage = block('stage{}', residual(join(Convolution([3, 3, 8], { padding: 'same' }), Relu())))
 * const network = join(Input([28, 28, 8]), repeat(stage, 3), Reshape(), Softmax(10))
 * const svg = await diagram(network, { fold: 'stage*' }).svg()
 * svg.startsWith('<svg') // true
 * ```
 */
export const diagram = (network: AnyLayer, options?: DiagramOptions): Picture<Drawing> => {
  const made = prepared('diagram', network, options)
  return drawn({
    drawing: drawingOf(made),
    title: `Diagram of ${made.caption.join(', ')}`,
    also: { mmd: () => mermaidOf(made), dot: () => dotOf(made) },
  })
}

/**
 * A diagram as text for Mermaid, which READMEs on many sites draw: see {@link diagram} for what is drawn, and the options.
 *
 * @throws InvalidOption, LayerConnectionError as `diagram`
 * @example
 * ```ts
 * import { mermaid } from 'joinery/display'
 *
 * mermaid(join(Input(4), Softmax(3))).split('\n')[0] // flowchart TD
 * ```
 */
export const mermaid = (network: AnyLayer, options?: DiagramOptions): string =>
  mermaidOf(prepared('mermaid', network, options))

/**
 * A diagram as text in DOT, the language of Graphviz: see {@link diagram} for what is drawn, and the options.
 *
 * @throws InvalidOption, LayerConnectionError as `diagram`
 * @example
 * ```ts
 * import { dot } from 'joinery/display'
 *
 * dot(join(Input(4), Softmax(3)), { direction: 'right' }).split('\n')[1] //   rankdir=LR
 * ```
 */
export const dot = (network: AnyLayer, options?: DiagramOptions): string => dotOf(prepared('dot', network, options))
