import type { Side } from '../activations.ts'
import { optionsOf } from '../options.ts'
import { make, type Part } from '../plan.ts'
import { cannot } from '../verdict.ts'
import { basics } from './basic.ts'
import { convolutions } from './convolutions.ts'
import { classOf, type Given, type LayerConfig, type Mapping, type Weights } from './given.ts'
import { normalizations } from './normalizations.ts'
import { poolings } from './pooling.ts'
import { recurrents } from './recurrent.ts'

// A layer of Keras as layers of this library.

const mappings: Readonly<Record<string, Mapping>> = {
  ...basics,
  ...convolutions,
  ...normalizations,
  ...poolings,
  ...recurrents,
}

/** What the mapping of a layer is given beside its class, its options and its weights. */
export interface Around {
  readonly shape: readonly number[]
  readonly side: Side
  readonly name: string
  readonly hasMask?: boolean
  readonly isTraining?: boolean
  readonly initial?: Given['initial']
}

/** Maps a layer; an option that its mapping did not read is refused. */
export const mapLayer = (kind: string, config: unknown, weights: Weights, around: Around): Part => {
  if (isModel(kind)) return mapInner(kind, config as ModelConfig, weights, around)
  const mapping = mappings[kind] ?? cannot(`layer ${kind}`)
  const options = optionsOf(kind, config)
  const given: Given = {
    kind,
    options,
    weights,
    hasMask: false,
    isTraining: false,
    initial: undefined,
    ...around,
    within: (layer: LayerConfig, more: Partial<Given>) =>
      mapLayer(classOf(layer), layer.config, more.weights ?? weights, {
        ...around,
        hasMask: more.hasMask ?? around.hasMask ?? false,
        shape: more.shape ?? around.shape,
        name: more.name ?? around.name,
        initial: more.initial,
      }),
  }
  const part = mapping(given)
  options.done()
  return part.layers.length === 0 ? { ...part, layers: [make('Identity')] } : part
}

interface ModelConfig {
  readonly layers?: readonly LayerConfig[]
}
const isModel = (kind: string): boolean => kind === 'Sequential'

/** A model of one layer within a layer. */
const mapInner = (kind: string, { layers = [] }: ModelConfig, weights: Weights, around: Around): Part => {
  const own = layers.filter(layer => classOf(layer) !== 'InputLayer')
  if (own.length !== 1) return cannot(`${kind} within a layer, of several layers`)
  const [layer] = own as [LayerConfig]
  return mapLayer(classOf(layer), layer.config, weights, around)
}
