interface Component {
  name: string
  version: string
  identifier: string
  text?: string
}
export function refusal(component: Component): string | undefined
export function merged(
  byProgram: Record<string, Component[]>,
): (Component & { programs: string[] })[]
export function billOfMaterials(
  components: (Component & { programs: string[] })[],
  version: string,
): { components: { purl: string; licenses: unknown[] }[] }
