export { type VGG16, type VGG19, vgg16, vgg19 } from './vgg.ts'
