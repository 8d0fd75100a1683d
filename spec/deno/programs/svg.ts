import { Input, join, Softmax, Tanh } from 'joinery'
import { diagram } from 'joinery/display'

// A picture as SVG.

const picture = diagram(join(Input(2), Tanh(8), Softmax(2)))
console.log(String(await picture.svg()).length > 100)
