import { init, key, net } from 'joinery'

// VGG-16 as one text, with the shape of every parameter.

const vgg16 = net(`
  Input(224,224,3)
    >> (Convolution(3,3,64, padding=same) >> Relu) * 2 >> MaxPooling(2,2)
    >> (Convolution(3,3,128, padding=same) >> Relu) * 2 >> MaxPooling(2,2)
    >> (Convolution(3,3,256, padding=same) >> Relu) * 3 >> MaxPooling(2,2)
    >> (Convolution(3,3,512, padding=same) >> Relu) * 3 >> MaxPooling(2,2)
    >> (Convolution(3,3,512, padding=same) >> Relu) * 3 >> MaxPooling(2,2)
    >> Reshape >> Relu(4096) >> Dropout(0.5) >> Relu(4096) >> Dropout(0.5) >> Softmax(1000)
`)
const { params } = init(vgg16, key(0))
export const first: [3, 3, 3, 64] = params['convolution-1'].weight.shape
export const dense: [25088, 4096] = params['relu-14'].weight.shape
export const last: [4096, 1000] = params['softmax-1'].weight.shape
