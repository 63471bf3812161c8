import { isSameShape, type TreeShape } from './rowOrder.ts';

export interface RowNode {
  readonly kind: 'row';
  readonly id: string;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly id: 'older' | 'others';
}

export type TreeNode = RowNode | GroupNode;

const OLDER: GroupNode = { kind: 'group', id: 'older' };
const OTHERS: GroupNode = { kind: 'group', id: 'others' };
const EMPTY: TreeShape = { live: [], finished: [], older: [], others: [] };

/** The tree's elements. A row keeps its element for life: the editor knows them by identity. */
export class TreeNodes {
  readonly #rows = new Map<string, RowNode>();
  #shape: TreeShape = EMPTY;

  get shape(): TreeShape {
    return this.#shape;
  }

  /** Takes a new shape; whether any row came, went or moved. */
  reshape(shape: TreeShape): boolean {
    if (isSameShape(this.#shape, shape)) return false;
    this.#shape = shape;
    const shown = new Set(Object.values(shape).flat());
    for (const id of this.#rows.keys()) if (!shown.has(id)) this.#rows.delete(id);
    return true;
  }

  row(id: string): RowNode {
    const known = this.#rows.get(id);
    if (known !== undefined) return known;
    const node: RowNode = { kind: 'row', id };
    this.#rows.set(id, node);
    return node;
  }

  children(of?: TreeNode): TreeNode[] {
    if (of === undefined) return this.#roots();
    return of.kind === 'group' ? this.#shape[of.id].map((id) => this.row(id)) : [];
  }

  parentOf(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'group') return undefined;
    return [OLDER, OTHERS].find((group) => this.#shape[group.id].includes(node.id));
  }

  #roots(): TreeNode[] {
    const { live, finished, older, others } = this.#shape;
    return [
      ...[...live, ...finished].map((id) => this.row(id)),
      ...(older.length > 0 ? [OLDER] : []),
      ...(others.length > 0 ? [OTHERS] : []),
    ];
  }
}
