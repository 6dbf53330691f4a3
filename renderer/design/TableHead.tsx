/** The heads of a plain table: the first column is words, all others figures. */
export const TableHead = ({ head }: { head: readonly string[] }) => (
  <thead>
    <tr>
      {head.map((word, index) => (
        <th key={word} scope="col" className={index > 0 ? 'right' : undefined}>
          {word}
        </th>
      ))}
    </tr>
  </thead>
)
