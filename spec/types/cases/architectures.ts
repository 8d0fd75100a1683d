import {
  type InputOf,
  init,
  key,
  type OutputOf,
  type ParamsOf,
  type StateOf,
  type Tensor,
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
