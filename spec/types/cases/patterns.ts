import {
  type AdamOptions,
  accumulate,
  adam,
  adamw,
  addDecayedWeights,
  average,
  block,
  byName,
  Convolution,
  chain,
  compileTraining,
  Dropout,
  defineOptimizer,
  type Examples,
  elastic,
  type FitOptions,
  fit,
  freeze,
  Input,
  init,
  join,
  key,
  type Layer,
  l1,
  l2,
  lamb,
  lookahead,
  momentum,
  muon,
  nonNegative,
  type Optimizer,
  Relu,
  Reshape,
  resnet50,
  Softmax,
  toLowRank,
  trainStep,
  unitNorm,
  type Variables,
} from '../../../src/index.ts'
import { decodeSafetensors, loadVariables } from '../../../src/storage.ts'

// Patterns that name no parameter of the network in the same call are underlined.

const network = join(
  Input([8, 8, 1]),
  block('stem', join(Convolution([3, 3, 4]), Relu())),
  Reshape(),
  Dropout(0.5),
  Relu(8, { bias: null }),
  Softmax(3, { name: 'output' }),
)
const variables = init(network, key(1))
declare const examples: Examples
declare const text: string
declare const texts: readonly string[]

// What is trained.
fit(network, variables, examples, { trains: 'conv*' })
//                                  ~~~~~~ trains expects a pattern of some of the parameters of the network, got 'conv*'. Write 'layer' for all variables of a layer, or 'layer.variable'; * stands for any run of characters.
fit(network, variables, examples, { trains: 'ouput' })
//                                  ~~~~~~ trains expects a pattern of some of the parameters of the network, got 'ouput'. Write
fit(network, variables, examples, { trains: ['stem/*', 'dropout-1'] })
//                                                     ~~~~~~~~~~~ trains expects a pattern of some of the parameters of the network, got 'dropout-1'. Write
fit(network, variables, examples, { trains: 'relu-1.bias' })
//                                  ~~~~~~ trains expects a pattern of some of the parameters of the network, got 'relu-1.bias'. Write
fit(network, variables, examples, { trains: 'output', epochs: 2 })
fit(network, variables, examples, { trains: ['stem/*', '*.bias', 'relu-1.weight', '*-*'] })
fit(network, variables, examples, { trains: '*' })
fit(network, variables, examples, { trains: '**t*' })
fit(network, variables, examples, { trains: null })
fit(network, variables, examples, { trains: text })
fit(network, variables, examples, { trains: texts })
trainStep(network, { trains: 'conv*' })
//                   ~~~~~~ trains expects a pattern of some of the parameters of the network, got 'conv*'. Write
compileTraining(network, { trains: 'conv*' })
//                         ~~~~~~ trains expects a pattern of some of the parameters of the network, got 'conv*'. Write
trainStep(network, { trains: 'stem/conv*', metrics: ['accuracy'], loss: 'mse' })
compileTraining(network, { trains: 'stem/convolution-1.weight' })

// Editors offer the layers that have parameters, and those that begin alike.
trainStep(network, { trains: '' })
//                   ~~~~~~ Mismatch<"trains expects a pattern of some of the parameters of the network, got ''.
//                            ^| stem/convolution-1, relu-1, output
fit(network, variables, examples, { trains: 'out' })
//                                  ~~~~~~ Mismatch<"trains expects a pattern of some of the parameters of the network, got 'out'.
//                                              ^| output

// Penalties and constraints.
fit(network, variables, examples, { regularizer: { 'conv*': l2(0.1), output: l2(0.2) } })
//                                                 ~~~~~~~ regularizer expects a pattern of some of the parameters of the network, got 'conv*'. Write
trainStep(network, { constraint: { outputs: unitNorm() } })
//                                 ~~~~~~~ constraint expects a pattern of some of the parameters of the network, got 'outputs'. Write
fit(network, variables, examples, {
  regularizer: { 'stem/*': l2(0.1) },
  constraint: { output: unitNorm(), '*': nonNegative() },
})
fit(network, variables, examples, { regularizer: l2(0.1), constraint: null })
compileTraining(network, { regularizer: null, constraint: { 'relu*': unitNorm() } })
declare const penalties: Readonly<Record<string, ReturnType<typeof l2>>>
fit(network, variables, examples, { regularizer: penalties })

// What optimizers and penalties name: what is wrong is underlined where the network meets them.
fit(network, variables, examples, { optimizer: chain(adam(), freeze('conv*')) })
//                                  ~~~~~~~~~ optimizer expects a pattern of some of the parameters of the network, got 'conv*'. Write 'layer' for all variables of a layer, or 'layer.variable'; * stands for any run of characters.
trainStep(network, { optimizer: byName({ 'stem/*': freeze(), outputs: adam(), '*': adam() }) })
//                   ~~~~~~~~~ optimizer expects a pattern of some of the parameters of the network, got 'outputs'. Write
compileTraining(network, { optimizer: lookahead(adamw({ mask: ['*.weight', 'relu-1.bias'] }), { every: 2 }) })
//                         ~~~~~~~~~ optimizer expects a pattern of some of the parameters of the network, got 'relu-1.bias'. Write
trainStep(network, { optimizer: accumulate(chain(addDecayedWeights({ mask: 'dense*' }), adam()), 2) })
//                   ~~~~~~~~~ optimizer expects a pattern
trainStep(network, { optimizer: muon({ matrices: 'dense*' }) })
//                   ~~~~~~~~~ optimizer expects a pattern
trainStep(network, { optimizer: lamb({ adapts: ['output', 'dense-1'] }) })
//                   ~~~~~~~~~ optimizer expects a pattern
trainStep(network, { regularizer: l2({ exclude: ['head*'] }) })
//                   ~~~~~~~~~~~ regularizer expects a pattern of some of the parameters of the network, got 'head*'. Write
trainStep(network, { regularizer: { output: l1({ exclude: ['head*'] }) } })
//                                  ~~~~~~ regularizer expects a pattern
compileTraining(network, { constraint: nonNegative({ exclude: ['relu-1.bias'] }) })
//                         ~~~~~~~~~~ constraint expects a pattern of some of the parameters of the network, got 'relu-1.bias'. Write
fit(network, variables, examples, { constraint: unitNorm({ axis: 0, exclude: ['head*'] }) })
//                                  ~~~~~~~~~~ constraint expects a pattern
fit(network, variables, examples, { optimizer: chain(adam(), freeze('stem/*'), freeze(['output', '*.bias'])) })
fit(network, variables, examples, { optimizer: byName({ output: adam({ mask: 'weights' }), '*': freeze() }) })
trainStep(network, { optimizer: adam({ mask: 'weights', weightDecay: 0.1 }), regularizer: l2({ exclude: ['*.bias'] }) })
trainStep(network, { optimizer: adam({ mask: text }), constraint: unitNorm({ exclude: texts }) })
trainStep(network, { optimizer: freeze(text), regularizer: elastic({ l1: 0.1, exclude: null }) })
trainStep(network, { optimizer: chain(freeze(texts), freeze(), average(momentum({ mask: ['stem/*'] }))) })
declare const options: AdamOptions
declare const optimizers: Readonly<Record<string, Optimizer>>
compileTraining(network, { optimizer: chain(adam(options), byName(optimizers)) })
const ours: Optimizer = freeze('head*')
compileTraining(network, { optimizer: ours })
compileTraining(network, { optimizer: defineOptimizer('none', {}, { slots: {}, change: (_, g) => [g, {}] }) })
trainStep(resnet50(), { optimizer: chain(adam(), freeze('res5*')) })
export const freezing = <N extends Layer>(given: N) => trainStep(given, { optimizer: freeze('head') })
export const stepping = <N extends Layer>(given: N, optimizer: Optimizer) => trainStep(given, { optimizer })

// Layers that get factors.
const lowRank = { rank: 2, key: key(1) } as const
toLowRank(network, variables, { ...lowRank, layers: 'conv*' })
//                                          ~~~~~~ layers expects a pattern of some of the parameters of the network, got 'conv*'. Write
toLowRank(network, variables, { ...lowRank, layers: ['stem/*', 'dense-1'] })
//                                                             ~~~~~~~~~ layers expects a pattern of some of the parameters of the network, got 'dense-1'. Write
toLowRank(network, variables, { ...lowRank, layers: 'out' })
//                                          ~~~~~~ Mismatch<"layers expects a pattern of some of the parameters of the network, got 'out'.
//                                                      ^| output
toLowRank(network, variables, { ...lowRank, layers: ['stem/*', '*.weight'] })
toLowRank(network, variables, { ...lowRank, layers: text })
toLowRank(network, variables, lowRank)
export const adapting = <N extends Layer>(given: N, own: Variables<N>) =>
  toLowRank(given, own, { ...lowRank, layers: 'head' })

// Names of tensors by those of variables.
declare const renames: Readonly<Record<string, string>>
declare const bytes: Uint8Array
loadVariables('a.safetensors', network, { rename: { 'ouput/weight': 'fc.weight' } })
//                                                  ~~~~~~~~~~~~~~ rename expects names of variables of the network, got 'ouput/weight'. Write them as 'layer/variable'.
loadVariables('a.safetensors', network, { rename: { 'output/weight': 'fc.weight', 'relu-1/bias': 'a' } })
//                                                                                ~~~~~~~~~~~~~ rename expects names of variables of the network, got 'relu-1/bias'. Write
decodeSafetensors(bytes, network, { rename: { 'output.weight': 'fc.weight' } })
//                                            ~~~~~~~~~~~~~~~ rename expects names of variables of the network, got 'output.weight'. Write
loadVariables('a.safetensors', network, { rename: { 'stem/convolution-1/weight': 'conv', 'output/bias': 'fc.bias' } })
decodeSafetensors(bytes, network, { rename: { 'output/weight': 'fc.weight' }, into: variables })
loadVariables('a.safetensors', network, { rename: renames, strict: false })
loadVariables('a.safetensors', network, { rename: name => name.replace('/', '.') })
loadVariables('a.safetensors', network, { by: 'order' })
export const reading = <N extends Layer>(given: N) => loadVariables('a', given, { rename: { 'head/weight': 'fc' } })

// Large networks, and those that are not known yet.
trainStep(resnet50(), { trains: 'res5*' })
trainStep(resnet50(), { trains: 'res6*' })
//                      ~~~~~~ trains expects a pattern of some of the parameters of the network, got 'res6*'. Write
export const learning = <N extends Layer>(given: N, own: Variables<N>) => fit(given, own, examples, { trains: 'head' })
export const passing = <N extends Layer>(given: N, own: Variables<N>, options: FitOptions<N>) =>
  fit(given, own, examples, options)
export const named = <const Name extends string>(name: Name) => {
  const made = join(Input(4), Softmax(3, { name }))
  return trainStep(made, { trains: name })
}
