import { mkdtempSync, rmSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { init, key, resnet50 } from '../../src/index.ts'
import { load, save } from '../../src/storage.ts'

// Files of ResNet-50, a hundred megabytes, beside what the file system does with the same bytes.

/** Milliseconds for a round. */
type Round = () => Promise<number>

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const timed = async <R>(work: () => Promise<R>): Promise<readonly [time: number, result: R]> => {
  // A hundred megabytes that one contender leaves are not to be cleared away in the other's time.
  collect()
  const start = performance.now()
  const result = await work()
  return [performance.now() - start, result]
}

/** Bytes on the disk, as durable as what is saved. */
const write = async (file: string, bytes: Uint8Array): Promise<void> => {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(bytes)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Saving and loading, each beside its peer. */
export const filed = async (): Promise<Readonly<Record<'saving' | 'loading', readonly [own: Round, peer: Round]>>> => {
  const folder = mkdtempSync(join(tmpdir(), 'joinery-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const [file, other] = [join(folder, 'own.safetensors'), join(folder, 'peer')]
  const network = resnet50()
  const variables = init(network, key(1))
  await save(file, network, variables)
  const bytes = await readFile(file)
  return {
    saving: [
      async () => (await timed(() => save(file, network, variables)))[0],
      async () => (await timed(() => write(other, bytes)))[0],
    ],
    loading: [
      async () => {
        const [time, loaded] = await timed(() => load(file))
        for (const tree of [loaded.variables.params, loaded.variables.state])
          for (const layer of Object.values(tree)) for (const tensor of Object.values(layer)) tensor.dispose()
        return time
      },
      async () => (await timed(() => readFile(file)))[0],
    ],
  }
}
