import {
	type ColumnDefinitionNode,
	DataTypeNode,
	type KyselyPlugin,
	OperationNodeTransformer,
	type PluginTransformQueryArgs,
	type QueryResult,
	RawNode,
	type UnknownRow,
} from 'kysely';

/**
 * Makes text columns compare byte by byte, as on SQLite, whatever the language of the PostgreSQL database: the order
 * of keys is part of what a run gives, and ids are found by how they begin.
 */
export class BinaryTextPlugin implements KyselyPlugin {
	readonly #transformer = new BinaryTextTransformer();

	transformQuery({ node }: PluginTransformQueryArgs) {
		return this.#transformer.transformNode(node);
	}

	async transformResult({ result }: { readonly result: QueryResult<UnknownRow> }): Promise<QueryResult<UnknownRow>> {
		return result;
	}
}

class BinaryTextTransformer extends OperationNodeTransformer {
	protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
		const transformed = super.transformColumnDefinition(node);
		const { dataType } = transformed;
		if (!DataTypeNode.is(dataType) || dataType.dataType !== 'text') return transformed;
		return { ...transformed, dataType: RawNode.createWithSql('text collate "C"') };
	}
}
