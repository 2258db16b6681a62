// What a user writes with Powertools: each message of a batch once, by its idempotency utility.
import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import { IdempotencyConfig, makeIdempotent } from "@aws-lambda-powertools/idempotency";
import { DynamoDBPersistenceLayer } from "@aws-lambda-powertools/idempotency/dynamodb";
import { serve } from "./runtime.mjs";

const processor = new BatchProcessor(EventType.SQS);
const config = new IdempotencyConfig({ eventKeyJmesPath: "messageAttributes.id.stringValue", expiresAfterSeconds: 30 * 24 * 3600 });
const once = makeIdempotent(async (record) => JSON.parse(record.body).id, {
  persistenceStore: new DynamoDBPersistenceLayer({ tableName: process.env.TABLE_NAME, keyAttr: "pk" }),
  config,
});

await serve(async (event, context) => {
  config.registerLambdaContext(context);
  return processPartialResponse(event, once, processor, { context });
});
