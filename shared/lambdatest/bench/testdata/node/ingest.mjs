// What a user writes who follows Contiguity's guide: verify the signature, send the body to
// SQS, acknowledge.
import { createHmac, timingSafeEqual } from "node:crypto";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { serve } from "./runtime.mjs";

const sqs = new SQSClient({});
const [secret] = JSON.parse(process.env.SOURCES).contiguity.secrets;

function verified(header, body) {
  const parts = Object.fromEntries(header.split(",").map((part) => part.split("=")));
  const mac = createHmac("sha256", secret).update(`${parts.t}.`).update(body).digest();
  const offered = Buffer.from(parts.v1, "hex");
  return offered.length === mac.length && timingSafeEqual(offered, mac) && Math.abs(Date.now() / 1000 - parts.t) <= 300;
}

await serve(async (event) => {
  const body = Buffer.from(event.body, event.isBase64Encoded ? "base64" : "utf8");
  if (!verified(event.headers["contiguity-signature"], body)) {
    return { statusCode: 401 };
  }
  const { id, type } = JSON.parse(body);
  await sqs.send(new SendMessageCommand({
    QueueUrl: process.env.QUEUE_URL,
    MessageBody: body.toString(),
    MessageAttributes: {
      id: { DataType: "String", StringValue: id },
      type: { DataType: "String", StringValue: type },
    },
  }));
  return { statusCode: 200, body: JSON.stringify({ status: "accepted", id }) };
});
