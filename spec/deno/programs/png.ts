import { Input, join, Softmax, Tanh } from 'joinery'
import { diagram } from 'joinery/display'

// A picture as PNG.

const bytes = await diagram(join(Input(2), Tanh(8), Softmax(2))).png()
console.log(bytes.length > 100)
