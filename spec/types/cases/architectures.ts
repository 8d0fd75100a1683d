import {
  gpt,
  Identity,
  type InOutRatio,
  Input,
  type InputOf,
  init,
  join,
  key,
  Linear,
  mixtureOfExperts,
  mobilenetV2,
  type OutputOf,
  type ParamsOf,
  Relu,
  type ResNet50,
  resnet50,
  Softmax,
  type StateOf,
  squeezenet,
  Tanh,
  type Tensor,
  unet,
  vgg16,
  type vgg19,
} from '../../../src/index.ts'
import { holds, type Same } from './exact.ts'

// Ready-made networks: their shapes, and their parameters by name.

export const vgg = vgg16()
//           ^? const vgg: Network<[number, 224, 224, 3], [number, 1000], ...
holds<Same<InputOf<typeof vgg>, [number, 224, 224, 3]>>()
holds<Same<OutputOf<typeof vgg>, [number, 1000]>>()
holds<Same<ParamsOf<ReturnType<typeof vgg16>>['conv1_1']['weight'], Tensor<[3, 3, 3, 64]>>>()
holds<Same<ParamsOf<typeof vgg>['conv5_3']['bias'], Tensor<[512]>>>()
holds<Same<ParamsOf<typeof vgg>['dense_1']['weight'], Tensor<[25088, 4096]>>>()
holds<Same<ParamsOf<typeof vgg>['dense_3']['weight'], Tensor<[4096, 1000]>>>()
holds<Same<keyof StateOf<typeof vgg>, never>>()
type Deeper = Exclude<keyof ParamsOf<ReturnType<typeof vgg19>>, keyof ParamsOf<typeof vgg>>
holds<Same<Deeper, 'conv3_4' | 'conv4_4' | 'conv5_4'>>()
init(vgg, key(1)).params.conv6_1
//                       ~~~~~~~ Property 'conv6_1' does not exist

export const resnet = resnet50()
//           ^? const resnet: Network<[number, 224, 224, 3], [number, 1000], ...
holds<Same<InputOf<typeof resnet>, [number, 224, 224, 3]>>()
holds<Same<OutputOf<typeof resnet>, [number, 1000]>>()
holds<Same<OutputOf<ResNet50<[224, 224, 3], true, 32>>, [number, 1000]>>()
type Params = ParamsOf<typeof resnet>
holds<Same<Params['conv1']['weight'], Tensor<[7, 7, 3, 64]>>>()
holds<Same<keyof Params['conv1'], 'weight'>>()
holds<Same<Params['bn_conv1']['gamma'], Tensor<[1, 1, 1, 64]>>>()
holds<Same<Params['res2a/convolution-1']['weight'], Tensor<[1, 1, 64, 64]>>>()
holds<Same<Params['res2a/convolution-4']['weight'], Tensor<[1, 1, 64, 256]>>>()
holds<Same<Params['res3a/convolution-2']['weight'], Tensor<[3, 3, 128, 128]>>>()
holds<Same<Params['res4f/convolution-3']['weight'], Tensor<[1, 1, 256, 1024]>>>()
holds<Same<Params['fc1000']['weight'], Tensor<[2048, 1000]>>>()
holds<Same<StateOf<typeof resnet>['res5c/batch-norm-3']['runningMean'], Tensor<[1, 1, 1, 2048]>>>()
holds<Same<'res3b/convolution-4' extends keyof Params ? true : false, false>>()

const features = resnet50({ inputShape: [64, 96, 3], includeGlobalPool: false })
holds<Same<OutputOf<typeof features>, [number, 2, 3, 2048]>>()
const sixteenth = resnet50({ inputShape: [64, 96, 3], includeGlobalPool: false, inOutRatio: 16 })
holds<Same<OutputOf<typeof sixteenth>, [number, 4, 6, 2048]>>()
const eighth = resnet50({ inputShape: [64, 96, 3], includeGlobalPool: false, inOutRatio: 8 })
holds<Same<OutputOf<typeof eighth>, [number, 8, 12, 2048]>>()
const quarter = resnet50({ inputShape: [64, 96, 1], includeGlobalPool: false, inOutRatio: 4 })
holds<Same<OutputOf<typeof quarter>, [number, 16, 24, 2048]>>()
holds<Same<ParamsOf<typeof quarter>['conv1']['weight'], Tensor<[7, 7, 1, 64]>>>()
const anySize = resnet50({ inputShape: [null, null, 3], includeGlobalPool: false })
holds<Same<OutputOf<typeof anySize>, [number, number, number, 2048]>>()
declare const pool: boolean
const perhaps = resnet50({ includeGlobalPool: pool })
holds<Same<OutputOf<typeof perhaps>, number[]>>()
declare const ratio: InOutRatio
const someRatio = resnet50({ inOutRatio: ratio })
holds<Same<OutputOf<typeof someRatio>, [number, 1000]>>()
declare const either: 8 | 16
const someFeatures = resnet50({ inOutRatio: either, includeGlobalPool: false })
holds<Same<OutputOf<typeof someFeatures>, [number, number, number, 2048]>>()
const classifier = join(features, Relu()).to(Identity())
holds<Same<OutputOf<typeof classifier>, [number, 2, 3, 2048]>>()
resnet50({ inOutRatio: 3 })
//         ~~~~~~~~~~ Type '3' is not assignable to type 'InOutRatio | undefined'
resnet50({ inputShape: [224, 224] })
//         ~~~~~~~~~~ is not assignable to type

export const squeezed = squeezenet()
//           ^? const squeezed: Network<[number, 227, 227, 3], [number, 1000], ...
holds<Same<OutputOf<typeof squeezed>, [number, 1000]>>()
holds<Same<ParamsOf<typeof squeezed>['fire2/squeeze1x1']['weight'], Tensor<[1, 1, 96, 16]>>>()
holds<Same<ParamsOf<typeof squeezed>['fire9/expand3x3']['weight'], Tensor<[3, 3, 64, 256]>>>()
holds<Same<ParamsOf<typeof squeezed>['conv10']['weight'], Tensor<[1, 1, 512, 1000]>>>()

const expert = join(Input(10), Relu(5))
export const mixture = mixtureOfExperts([expert, join(Input(10), Tanh(7), Linear(5))])
//           ^? const mixture: Network<[number, 10], [number, 5], ...
holds<Same<keyof ParamsOf<typeof mixture>, 'softmax-1' | 'relu-1' | 'tanh-1' | 'linear-1'>>()
holds<Same<ParamsOf<typeof mixture>['softmax-1']['weight'], Tensor<[10, 2]>>>()
const gated = mixtureOfExperts([expert, expert, expert], { gatingLayer: Softmax(3, { name: 'gate' }) })
holds<Same<keyof ParamsOf<typeof gated>, 'gate' | 'relu-1' | 'relu-2' | 'relu-3'>>()
const gatedAlone = mixtureOfExperts([expert, expert], Softmax(2, { name: 'gate' }))
holds<Same<keyof ParamsOf<typeof gatedAlone>, 'gate' | 'relu-1' | 'relu-2'>>()

mixtureOfExperts([expert, join(Input(11), Relu(5))])
//                        ~~~~~~~~~~~~~~~~~~~~~~~~ mixtureOfExperts expects inputs of one shape, got (?, 10) and (?, 11)
mixtureOfExperts([expert, join(Input(10), Relu(6))])
//                        ~~~~~~~~~~~~~~~~~~~~~~~~ mixtureOfExperts expects outputs of one shape, got (?, 5) and (?, 6)
mixtureOfExperts([expert, Relu(5)])
//                        ~~~~~~~ mixtureOfExperts expects networks that start with an Input
mixtureOfExperts([join(Input([4, 4]))])
//                ~~~~~~~~~~~~~~~~~~~ mixtureOfExperts expects 2-dimensional

export const mobile = mobilenetV2()
//           ^? const mobile: Network<[number, 224, 224, 3], [number, 1000], ...
holds<Same<ParamsOf<typeof mobile>['Conv1']['weight'], Tensor<[3, 3, 3, 32]>>>()
holds<Same<keyof ParamsOf<typeof mobile>['Conv1'], 'weight'>>()
holds<Same<ParamsOf<typeof mobile>['expanded_conv/depthwise']['weight'], Tensor<[3, 3, 32, 1]>>>()
holds<Same<ParamsOf<typeof mobile>['block_1/expand']['weight'], Tensor<[1, 1, 16, 96]>>>()
holds<Same<ParamsOf<typeof mobile>['block_16/project']['weight'], Tensor<[1, 1, 960, 320]>>>()
holds<Same<StateOf<typeof mobile>['Conv_1_bn']['runningMean'], Tensor<[1, 1, 1, 1280]>>>()
const mobileSmall = mobilenetV2({ inputShape: [96, 64, 1], width: 0.35, classes: 10 })
holds<Same<InputOf<typeof mobileSmall>, [number, 96, 64, 1]>>()
holds<Same<OutputOf<typeof mobileSmall>, [number, 10]>>()
holds<Same<ParamsOf<typeof mobileSmall>['block_10/expand']['weight'], Tensor<[1, 1, 24, 144]>>>()
holds<Same<ParamsOf<typeof mobileSmall>['predictions']['weight'], Tensor<[1280, 10]>>>()
const mobileWide = mobilenetV2({ width: 1.4 })
holds<Same<ParamsOf<typeof mobileWide>['predictions']['weight'], Tensor<[1792, 1000]>>>()
const mobileOther = mobilenetV2({ width: 0.9 })
holds<Same<ParamsOf<typeof mobileOther>['Conv1']['weight'], Tensor<[3, 3, 3, number]>>>()
holds<Same<OutputOf<typeof mobileOther>, [number, 1000]>>()

export const segments = unet({ inputShape: [64, 48, 3], classes: 5, depth: 3, channels: 16 })
//           ^? const segments: Network<[number, 64, 48, 3], [number, 64, 48, 5], ...
holds<Same<ParamsOf<typeof segments>['down1/convolution-1']['weight'], Tensor<[3, 3, 3, 16]>>>()
holds<Same<ParamsOf<typeof segments>['bottom/convolution-2']['weight'], Tensor<[3, 3, 128, 128]>>>()
holds<Same<ParamsOf<typeof segments>['up3']['weight'], Tensor<[2, 2, 64, 128]>>>()
holds<Same<ParamsOf<typeof segments>['merge3/convolution-1']['weight'], Tensor<[3, 3, 128, 64]>>>()
holds<Same<ParamsOf<typeof segments>['classes']['bias'], Tensor<[5]>>>()
const segmentsByDefault = unet()
holds<Same<OutputOf<typeof segmentsByDefault>, [number, 256, 256, 2]>>()
holds<Same<ParamsOf<typeof segmentsByDefault>['bottom/convolution-1']['weight'], Tensor<[3, 3, 512, 1024]>>>()
const segmentsAnySize = unet({ inputShape: [null, null, 1], depth: 2 })
holds<Same<OutputOf<typeof segmentsAnySize>, [number, number, number, 2]>>()
declare const depth: number
const segmentsAnyDepth = unet({ depth })
holds<Same<OutputOf<typeof segmentsAnyDepth>, [number, number, number, 2]>>()

export const text = gpt({ vocabulary: 65, length: 32, width: 48, heads: 6, layers: 2 })
//           ^? const text: Network<[number, 32], [number, 32, 65], ...
holds<Same<ParamsOf<typeof text>['tokens']['weight'], Tensor<[65, 48]>>>()
holds<Same<ParamsOf<typeof text>['places']['weight'], Tensor<[32, 48]>>>()
holds<Same<ParamsOf<typeof text>['block2/time-distributed-1']['weight'], Tensor<[48, 192]>>>()
holds<Same<ParamsOf<typeof text>['norm']['gamma'], Tensor<[48]>>>()
holds<Same<ParamsOf<typeof text>['next']['weight'], Tensor<[48, 65]>>>()
holds<Same<keyof ParamsOf<typeof text>['next'], 'weight'>>()
const textByDefault = gpt()
holds<Same<OutputOf<typeof textByDefault>, [number, 128, 256]>>()
