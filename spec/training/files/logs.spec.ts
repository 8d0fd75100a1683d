import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect } from 'chai'
import { csvLog, fit, Input, init, join, key, Linear, normals, resume, tensorBoard } from '../../../src/index.ts'
import { outputOf, root } from '../../installed.ts'
import { folders } from '../../storage/folders.ts'
import { eventsIn } from './event-reader.ts'

const network = join(Input(3), Linear(1))
const data = {
  x: { data: normals(key(2), 3 * 20), shape: [20, 3] },
  y: { data: normals(key(3), 20), shape: [20, 1] },
}

/** What TensorBoard shows of a run: of several files, a later one takes back what is shown from its first step on. */
const shownIn = (folder: string): readonly (readonly [tag: string, step: number, scalar: number | undefined])[] =>
  eventsIn(folder)
    .toSorted((a, b) => (a.restart ?? 0) - (b.restart ?? 0))
    .reduce<readonly (readonly [string, number, number | undefined])[]>(
      (before, { restart = 0, values }) => [
        ...before.filter(([, step]) => step < restart),
        ...values.map(({ tag, step, scalar }) => [tag, step, scalar] as const),
      ],
      [],
    )

describe('Logs of a run', () => {
  const newFolder = folders()

  it('that was interrupted and gone on with are those of one that was not', async () => {
    const logged = async (folder: string, killed: object, options: object) => {
      const callbacks = [
        csvLog(path.join(folder, 'log.csv'), { append: true }),
        csvLog(path.join(folder, 'updates.csv'), { append: true, every: { updates: 2 } }),
        tensorBoard(path.join(folder, 'board'), { every: { updates: 1 }, histograms: true }),
        killed,
      ]
      const own = { epochs: 4, batchSize: 8, metrics: ['accuracy'], validation: data, callbacks } as const
      return fit(network, init(network, key(1)), data, { ...own, ...options })
    }
    const textsIn = (folder: string) =>
      ['log.csv', 'updates.csv'].map(name => readFileSync(path.join(folder, name), 'utf8'))
    const whole = newFolder()
    await logged(whole, { update: () => undefined }, {})
    const lines = textsIn(whole)[0]?.split('\n')
    expect(lines?.[0]).to.equal('epoch,update,loss,accuracy,validationLoss,validationAccuracy')
    expect(lines).to.have.length(6)
    expect(shownIn(path.join(whole, 'board', 'validation'))).to.have.length(8)
    for (const [every, after] of [
      [{ epochs: 2 }, 11],
      [{ updates: 4 }, 7],
    ] as const) {
      const folder = newFolder()
      const checkpoint = { folder: path.join(folder, 'checkpoints'), every }
      const kill = {
        update: ({ update }: { readonly update: number }) => {
          if (update === after) throw new Error('killed')
        },
      }
      const error = await logged(folder, kill, { checkpoint }).catch(({ message }: Error) => message)
      expect(error).to.equal('killed')
      await logged(folder, { update: () => undefined }, { checkpoint, resume: await resume(checkpoint.folder) })
      expect(textsIn(folder)).to.deep.equal(textsIn(whole))
      for (const part of ['training', 'validation'])
        expect(shownIn(path.join(folder, 'board', part))).to.have.deep.members([
          ...shownIn(path.join(whole, 'board', part)),
        ])
    }
  })

  it('are written, and checkpoints read, in Deno', async () => {
    const folder = newFolder()
    const program = `
      import * as j from ${JSON.stringify(pathToFileURL(path.join(root, 'src/index.ts')).href)}
      import { encodeSafetensors } from ${JSON.stringify(pathToFileURL(path.join(root, 'src/storage.ts')).href)}
      const folder = ${JSON.stringify(folder)}
      const network = j.join(j.Input(1), j.Linear(1))
      const images = () => ({ grey: [[0, 1], [0.5, 0.25]] })
      const run = options => j.fit(network, j.init(network, j.key(1)), { x: [[1], [2]], y: [[2], [4]] }, {
        epochs: 2, checkpoint: { folder: folder + '/checkpoints' },
        callbacks: [j.csvLog(folder + '/log.csv'), j.tensorBoard(folder + '/board', { images, histograms: true })],
        ...options,
      })
      await run({})
      const resumed = await j.resume(folder + '/checkpoints', { network })
      const { history } = await run({ epochs: 3, resume: resumed })
      const refused = await j.resume(folder + '/log.csv').catch(({ name, code }) => name + ' ' + code)
      const denied = await j.resume('/').catch(({ name, got }) => name + ': ' + got)
      console.log(JSON.stringify([String(resumed.epoch), history.loss.length, encodeSafetensors({}).length, refused, denied]))`
    await writeFile(path.join(folder, 'program.ts'), program)
    const deno = path.join(root, 'node_modules/.bin/deno')
    const permissions = [`--allow-read=${folder},${root}`, `--allow-write=${folder}`, '--allow-env']
    const config = ['--quiet', '--no-prompt', '--config', path.join(root, 'deno.json')]
    const said = await outputOf(root, deno, 'run', ...config, ...permissions, path.join(folder, 'program.ts'))
    expect(JSON.parse(said)).to.deep.equal(['2', 3, 16, 'FileError ENOTDIR', 'FileError: no permission'])
    expect(shownIn(path.join(folder, 'board', 'training')).map(([tag]) => tag)).to.include.members([
      ...['epoch/loss', 'grey', 'params/linear-1/weight'],
    ])
  })
})
