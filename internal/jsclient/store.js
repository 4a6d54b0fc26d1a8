// What the toy store asks of DynamoDB, in the words of AWS's SDK for
// JavaScript. The checks build on one another.
'use strict'

const assert = require('node:assert/strict')
const db = require('@aws-sdk/client-dynamodb')

const TableName = 'purchase'
const user = '5b1e5dcb-2e54-4d4e-9b7c-1f3c6f0d9a01'
const product = '0f8fad5b-d9cb-469f-a165-70867728950e'
const orders = [1428791681, 1428791682, 1428791683].map((created, i) => ({
  order_id: { S: `7c9e6679-7425-40de-944b-e07fc1f9000${i}` },
  user_id: { S: user },
  product_id: { S: product },
  created: { N: String(created) },
  order_status: { N: '101' },
  order_status_created: { S: `101_${created}` }
}))

const index = (IndexName, attribute) => ({
  IndexName,
  KeySchema: [
    { AttributeName: attribute, KeyType: 'HASH' }, { AttributeName: 'order_status_created', KeyType: 'RANGE' }
  ],
  Projection: { ProjectionType: 'ALL' },
  ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }
})

const keyOf = order => ({ order_id: order.order_id })
const ids = answer => answer.Items.map(item => item.order_id.S)
const of = (...numbers) => numbers.map(i => orders[i].order_id.S)

const query = (IndexName, attribute, id, from, to) => new db.QueryCommand({
  TableName,
  IndexName,
  KeyConditionExpression: '#id = :id AND order_status_created BETWEEN :from AND :to',
  ExpressionAttributeNames: { '#id': attribute },
  ExpressionAttributeValues: { ':id': { S: id }, ':from': { S: from }, ':to': { S: to } },
  ReturnConsumedCapacity: 'TOTAL'
})

// An index may be some requests behind its table, as with DynamoDB.
const eventually = check => async client => {
  for (let tries = 1; ; tries++) {
    try {
      return await check(client)
    } catch (err) {
      if (tries === 100 || !(err instanceof assert.AssertionError)) throw err
    }
  }
}

exports.checks = {
  async 'create the table' (client) {
    const out = await client.send(new db.CreateTableCommand({
      TableName,
      AttributeDefinitions: ['order_id', 'user_id', 'product_id', 'order_status_created'].map(AttributeName => (
        { AttributeName, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [index('for_user_id', 'user_id'), index('for_product_id', 'product_id')],
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 }
    }))
    assert.equal(out.TableDescription.TableName, TableName)
    await db.waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName })
    const { Table } = await client.send(new db.DescribeTableCommand({ TableName }))
    assert.deepEqual(Table.GlobalSecondaryIndexes.map(x => x.IndexStatus), ['ACTIVE', 'ACTIVE'])
    assert.ok(Math.abs(Table.CreationDateTime - Date.now()) < 600e3, `created ${Table.CreationDateTime}`)
  },

  async 'create orders, each once' (client) {
    for (const Item of orders) {
      const create = new db.PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(order_id)' })
      await client.send(create)
      await assert.rejects(client.send(create), db.ConditionalCheckFailedException)
    }
  },

  async 'update the status of an order' (client) {
    const update = status => client.send(new db.UpdateItemCommand({
      TableName,
      Key: keyOf(orders[0]),
      UpdateExpression: 'SET order_status = :status, order_status_created = :derived',
      ConditionExpression: 'order_status = :was AND created = :created',
      ExpressionAttributeValues: {
        ':status': { N: status }, ':derived': { S: `${status}_1428791681` },
        ':was': { N: '101' }, ':created': { N: '1428791681' }
      },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD'
    }))
    const { Attributes } = await update('201')
    assert.deepEqual(Attributes, { ...orders[0], order_status: { N: '201' }, order_status_created: { S: '201_1428791681' } })
    await assert.rejects(update('301'), err => {
      assert.ok(err instanceof db.ConditionalCheckFailedException)
      assert.deepEqual(err.Item, Attributes)
      return true
    })
  },

  'query both indexes': eventually(async client => {
    for (const [name, attribute, id] of [['for_user_id', 'user_id', user], ['for_product_id', 'product_id', product]]) {
      const open = await client.send(query(name, attribute, id, '101_', '101`'))
      assert.deepEqual(ids(open), of(1, 2))
      assert.deepEqual(open.Items[0], orders[1])
      assert.equal(open.ConsumedCapacity.CapacityUnits, 0.5)
      const all = await client.send(query(name, attribute, id, '101_', '301`'))
      assert.deepEqual(ids(all), of(1, 2, 0))
      const none = await client.send(query(name, attribute, orders[0].order_id.S, '101_', '301`'))
      assert.deepEqual(none.Items, [])
    }
  }),

  'read page by page': eventually(async client => {
    const { input } = query('for_user_id', 'user_id', user, '101_', '301`')
    const pages = []
    for await (const page of db.paginateQuery({ client, pageSize: 2 }, { ...input, ScanIndexForward: false })) {
      pages.push(ids(page))
    }
    assert.deepEqual(pages.flat(), of(0, 2, 1))
    assert.deepEqual(pages[0], of(0, 2))
  }),

  'query in the way of the first program, with KeyConditions': eventually(async client => {
    const out = await client.send(new db.QueryCommand({
      TableName,
      IndexName: 'for_product_id',
      KeyConditions: {
        product_id: { ComparisonOperator: 'EQ', AttributeValueList: [{ S: product }] },
        order_status_created: { ComparisonOperator: 'BETWEEN', AttributeValueList: [{ S: '100_0' }, { S: '202_0' }] }
      }
    }))
    assert.deepEqual(ids(out), of(1, 2, 0))
  }),

  async 'mistakes are errors of their types' (client) {
    const get = input => client.send(new db.GetItemCommand(input))
    await assert.rejects(get({ TableName: 'nothing', Key: keyOf(orders[0]) }), db.ResourceNotFoundException)
    await assert.rejects(get({ TableName, Key: { order_id: { N: '1' } } }), { name: 'ValidationException' })
    assert.equal((await get({ TableName, Key: { order_id: { S: 'nothing' } } })).Item, undefined)
  },

  async 'delete the table' (client) {
    await client.send(new db.DeleteTableCommand({ TableName }))
    await db.waitUntilTableNotExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName })
  }
}
