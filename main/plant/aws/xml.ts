type Leaf = string | number | boolean | undefined
/** Elements of an answer: a list is written as one <item> each unless its name says otherwise; undefined is left out. */
export type Xml = { [name: string]: Leaf | Xml | Xml[] | Leaf[] }

const escaped = (text: string) =>
  text.replace(
    /[<>&"]/g,
    (letter) => ({ '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' })[letter] ?? '',
  )
const written = (name: string, value: Leaf | Xml): string =>
  value === undefined
    ? ''
    : `<${name}>${typeof value === 'object' ? children(value) : escaped(String(value))}</${name}>`
const children = (of: Xml): string =>
  Object.entries(of)
    .map(([name, value]) => {
      if (!Array.isArray(value)) return written(name, value)
      // What ends in [] repeats its own element, as S3 writes lists; otherwise each stands in an <item>, as EC2 does.
      return name.endsWith('[]')
        ? value.map((one) => written(name.slice(0, -2), one)).join('')
        : `<${name}>${value.map((one) => written('item', one)).join('')}</${name}>`
    })
    .join('')

export const xml = (root: string, namespace: string, content: Xml): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${children(content)}</${root}>`
