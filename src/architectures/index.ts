export { type GPT, type GPTOptions, gpt } from './gpt.ts'
export type { ImageShape } from './image.ts'
export { type MixtureOfExperts, type MixtureOptions, mixtureOfExperts } from './mixture-of-experts.ts'
export { type MobileNetV2, type MobileNetV2Options, mobilenetV2 } from './mobilenet-v2.ts'
export {
  type InOutRatio,
  type ResNet50,
  type ResNet50Constructor,
  type ResNet50Options,
  resnet50,
} from './resnet50.ts'
export { type SqueezeNet, squeezenet } from './squeezenet.ts'
export { type UNet, type UNetOptions, unet } from './unet.ts'
export { type VGG16, type VGG19, vgg16, vgg19 } from './vgg.ts'
