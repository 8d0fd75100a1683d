import { fileURLToPath } from 'node:url'
import { rows } from './pictures/rows.ts'

// Makes the pictures of docs/pictures.md; names choose some of them.

const asked = process.argv.slice(2)
for (const { name, format, scale, make } of rows)
  if (asked.length === 0 || asked.includes(name)) {
    const picture = await make()
    await picture.save(fileURLToPath(new URL(`../docs/pictures/${name}.${format}`, import.meta.url)), {
      ...(scale !== undefined && { scale }),
    })
    console.log(`${name}.${format}`)
  }
