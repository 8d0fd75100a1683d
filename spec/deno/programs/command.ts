import process from 'node:process'
import { Input, init, join, key, Softmax } from 'joinery'
import { command } from 'joinery/command'
import { save } from 'joinery/storage'

// The command line: a file that is inspected.

const file = `${process.argv[2]}/inspected.safetensors`
const network = join(Input(2), Softmax(2))
await save(file, network, init(network, key(1)))
console.log(await command(['inspect', file], { out: console.log, error: console.error }))
