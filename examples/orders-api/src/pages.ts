import type { Page, PageInfo } from '@base/domain/pagination'
import type { PageOptions } from '@base/domain/repository'
import type { Specification } from '@base/domain/specification'

/** A list that is read forwards, page by page: what every `Repository` of @base/domain can do. */
export interface Pages<T> {
  findPage(
    specification: Specification<T>,
    options: Pick<PageOptions<T>, 'orderBy' | 'limit' | 'after'>,
  ): Promise<Pick<Page<T>, 'items'> & { readonly pageInfo: Pick<PageInfo, 'hasNextPage' | 'endCursor'> }>
}
