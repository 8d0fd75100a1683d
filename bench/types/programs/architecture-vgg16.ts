import { init, key, vgg16 } from 'joinery'

const { params } = init(vgg16(), key(0))

export const convolution: [3, 3, 256, 512] = params.conv4_1.weight.shape
export const dense: [25088, 4096] = params.dense_1.weight.shape
