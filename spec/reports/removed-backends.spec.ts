import { expect } from 'chai'
import { printed } from '../process.ts'

describe('tf.removeBackend with a model that is still to be collected', () => {
  it('ends the process, as a finalizer throws', async () => {
    const said = await printed(
      `const { join, Input, Relu, init, key, compile } = joinery
const network = join(Input(4), Relu(3))
const variables = init(network, key(1))
const use = async () => {
  const model = compile(network, variables, { backend: 'wasm' })
  const training = joinery.compileTraining(network, { backend: 'wasm' })
  await training.init(variables, key(1))
  return (await model([[1, 2, 3, 4]])).shape
}
const shape = await use()
tf.removeBackend('wasm')
for (let i = 0; i < 10; i++) {
  globalThis.gc()
  await new Promise(resolve => setTimeout(resolve, 5))
}
console.log(...shape)`,
      '--expose-gc',
    )
    expect(said).to.equal('1 3')
  })

  it('leaves models that throw errors of other libraries, and no way back', async () => {
    const said = await printed(`const { join, Input, Relu, init, key, compile } = joinery
const network = join(Input(4), Relu(3))
const variables = init(network, key(1))
const model = compile(network, variables, { backend: 'wasm' })
const [before] = (await model([[1, 2, 3, 4]])).dataSync()
tf.removeBackend('wasm')
await model([[1, 2, 3, 4]]).catch(error => console.log(error instanceof joinery.BackendError, error.message))
await model.dispose()
const [after] = (await compile(network, variables, { backend: 'wasm' })([[1, 2, 3, 4]])).dataSync()
console.log(after === before)`)
    expect(said.split('\n')).to.deep.equal([
      'true wasm: expected the backend of tfjs that it was made for, got one that was removed. Register the backend again, and compile again on it.',
      'true',
    ])
  })
})

describe('Loading WebAssembly', () => {
  it('ends applications that handle their rejections, by listeners that throw', async () => {
    const said = await printed(`const own = () => console.log('handled')
process.on('unhandledRejection', own)
const { join, Input, Relu, init, key, compile } = joinery
const network = join(Input(4), Relu(3))
await compile(network, init(network, key(1)), { backend: 'wasm' })([[1, 2, 3, 4]])
console.log(process.listeners('unhandledRejection').length, process.listeners('uncaughtException').length)
void Promise.reject(new Error('mine'))`)
    expect(said.split('\n')).to.deep.equal(['1 0', 'handled'])
  })
})
