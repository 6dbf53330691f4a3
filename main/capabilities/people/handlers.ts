import { answer, type Implementer } from '../../platform/contract'
import type { People } from './service'

export const peopleHandlers = (os: Implementer['people'], service: People) => ({
  directory: os.directory.handler(() => service.state()),
  setDirectory: os.setDirectory.handler(({ input }) => answer(service.setDirectory(input))),
  signIn: os.signIn.handler(async ({ input, signal }) =>
    answer(await service.signIn(input, signal)),
  ),
  signOut: os.signOut.handler(() => answer(service.signOut())),
  search: os.search.handler(async ({ input, signal }) =>
    answer(await service.search(input, signal)),
  ),
  groupMembers: os.groupMembers.handler(async ({ input, signal }) =>
    answer(await service.groupMembers(input.name, signal)),
  ),
  check: os.check.handler(async ({ input, signal }) =>
    answer(await service.check(input.project, signal)),
  ),
  outside: os.outside.handler(async ({ input, signal }) =>
    answer(await service.outside(input.project, signal)),
  ),
  planMembers: os.planMembers.handler(async ({ input, signal }) =>
    answer(await service.planMembers(input, signal)),
  ),
})
