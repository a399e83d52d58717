import type { SchemaElement, SchemaTree } from 'hyparquet';

/** A column of Parquet, or a part of a nested one. */
export interface ParquetNode {
	readonly name: string;
	readonly element: SchemaElement;
	readonly kind: 'leaf' | 'struct' | 'list' | 'map';
	readonly children: readonly ParquetNode[];
	/** Of all leaves of the file, in order. */
	readonly firstLeaf: number;
	readonly leaves: number;
	/** The same for the decoder: names that are safe as keys of objects, and no types that it would round. */
	readonly tree: SchemaTree;
}

const MAX_DEPTH = 64;

/**
 * The columns of a Parquet file, from the flat list of its footer.
 *
 * @throws TypeError where the list is no tree.
 */
export function readParquetSchema(elements: readonly SchemaElement[]): ParquetNode[] {
	const root = elements[0];
	if (root === undefined || root.type !== undefined) throw new TypeError('its schema has no root');
	let next = 1;
	let leaves = 0;

	function readChildren(count: number, path: readonly string[], depth: number): ParquetNode[] {
		if (depth > MAX_DEPTH) throw new TypeError('its schema is nested too deeply');
		const children: ParquetNode[] = [];
		for (let i = 0; i < count; i++) children.push(readNode(path, depth));
		return children;
	}

	function readNode(path: readonly string[], depth: number): ParquetNode {
		const index = next++;
		const element = elements[index];
		if (element === undefined) throw new TypeError('its schema ends early');
		const firstLeaf = leaves;
		const name = `c${index}`;
		const ownPath = [...path, name];
		const isLeaf = element.type !== undefined;
		if (!isLeaf && !(Number(element.num_children) > 0)) throw new TypeError('a group of its schema has no columns');
		const children = isLeaf ? [] : readChildren(element.num_children as number, ownPath, depth + 1);
		if (isLeaf) leaves++;
		const { type, type_length, repetition_type } = element;
		const plain: SchemaElement = {
			name,
			...(type === undefined ? {} : { type }),
			...(type_length === undefined ? {} : { type_length }),
			...(repetition_type === undefined ? {} : { repetition_type }),
			...(isLeaf ? {} : { num_children: children.length }),
		};
		return {
			name: element.name,
			element,
			kind: kindOf(element, children),
			children,
			firstLeaf,
			leaves: leaves - firstLeaf,
			tree: {
				element: plain,
				path: ownPath,
				children: children.map((child) => child.tree),
				count: children.reduce((sum, child) => sum + child.tree.count, 1),
			},
		};
	}

	const columns = readChildren(root.num_children ?? 0, [], 0);
	if (next !== elements.length) throw new TypeError('its schema goes on after its end');
	return columns;
}

export function isRepeated(node: ParquetNode): boolean {
	return node.element.repetition_type === 'REPEATED';
}

function kindOf(element: SchemaElement, children: readonly ParquetNode[]): ParquetNode['kind'] {
	if (element.type !== undefined) return 'leaf';
	const [child] = children;
	if (children.length !== 1 || child === undefined || !isRepeated(child)) return 'struct';
	const { converted_type: converted, logical_type: logical } = element;
	if (converted === 'LIST' || logical?.type === 'LIST') return 'list';
	const isMap = converted === 'MAP' || converted === 'MAP_KEY_VALUE' || logical?.type === 'MAP';
	if (!isMap) return 'struct';
	const [key] = child.children;
	if (key === undefined || isRepeated(key)) return 'struct';
	// Keys without values are a list.
	return child.children.length === 2 ? 'map' : child.children.length === 1 ? 'list' : 'struct';
}

/**
 * What the elements of a list are: of the repeated group within it, or, where old writers put the elements right
 * there, the group itself (LogicalTypes.md of parquet-format, backward-compatibility rules).
 */
export function listElement(list: ParquetNode): { readonly node: ParquetNode; readonly isWrapped: boolean } {
	const repeated = list.children[0] as ParquetNode;
	const [only] = repeated.children;
	const isElement =
		repeated.kind === 'leaf' ||
		repeated.children.length !== 1 ||
		only === undefined ||
		isRepeated(only) ||
		repeated.kind === 'list' ||
		repeated.kind === 'map' ||
		repeated.name === 'array' ||
		repeated.name === `${list.name}_tuple`;
	return isElement ? { node: repeated, isWrapped: false } : { node: only as ParquetNode, isWrapped: true };
}
