import { end, layerOf, resnet50, start } from 'joinery'

// Looks up layers of a large network by name: the compiler numbers all of its layers once.

const network = resnet50()
const features = end(network, 'res4a/relu-3')
const head = start(network, 'global-pooling-1')
export const size: [1, 1, 1024] = layerOf(network, 'res4a/convolution-3').size
export { features, head }
