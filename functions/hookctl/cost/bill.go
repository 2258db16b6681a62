package cost

import "math"

// A Line is one line of the bill.
type Line struct {
	Service  string  `json:"service"`
	What     string  `json:"what"`
	Quantity float64 `json:"quantity"` // a month
	Unit     string  `json:"unit"`
	PriceUSD float64 `json:"price_usd"`
	Per      float64 `json:"per"` // units that the price is for
	USD      float64 `json:"usd"` // a month
	Page     string  `json:"page"`
	Less     string  `json:"less_by,omitempty"` // the parameters that make it less
}

// A Bill is what a month costs.
type Bill struct {
	Region     string  `json:"region"`
	PricesOf   string  `json:"prices_of"`   // 2006-01-02
	Measured   string  `json:"measured_on"` // 2006-01-02
	Usage      Usage   `json:"usage"`
	Lines      []Line  `json:"lines"`
	TotalUSD   float64 `json:"total_usd"`
	EachUSD    float64 `json:"per_million_usd"`     // the total divided by the events, for a million
	FurtherUSD float64 `json:"further_million_usd"` // what another million adds
	IngestMS   float64 `json:"ingest_ms"`           // durations, estimated if the usage has none
	ProcessMS  float64 `json:"process_ms"`
}

// Month returns the bill of a month with that usage. Its error is that of [Usage.Check].
func Month(p Prices, m Measured, u Usage) (Bill, error) {
	if err := u.Check(); err != nil {
		return Bill{}, err
	}
	m = m.with(u.MemoryMB)
	b := Bill{
		Region: p.Region, PricesOf: p.Date, Measured: m.Date, Usage: u, Lines: lines(p, m, u),
		IngestMS:  milliseconds(m.ingestTime(u)),
		ProcessMS: milliseconds(m.processTime(u)),
	}
	b.TotalUSD = sum(b.Lines)
	b.EachUSD = b.TotalUSD / u.Events * 1e6
	u.Requests *= (u.Events + 1e6) / u.Events
	u.Events += 1e6
	b.FurtherUSD = sum(lines(p, m, u)) - b.TotalUSD
	return b, nil
}

func sum(lines []Line) float64 {
	total := 0.0
	for _, l := range lines {
		total += l.USD
	}
	return total
}

// line returns the line for a quantity at that price.
func (p Price) line(service, what string, quantity float64) Line {
	return Line{
		Service: service, What: what, Quantity: quantity, Unit: p.Unit,
		PriceUSD: p.USD, Per: p.Per, USD: quantity / p.Per * p.USD, Page: p.Page,
	}
}

// lines returns the whole bill, service by service.
func lines(p Prices, m Measured, u Usage) []Line {
	all := requestLines(p.Of, m, u)
	all = append(all, queueLines(p.Of, m, u)...)
	all = append(all, vaultLines(p.Of, u)...)
	all = append(all, tableLines(p.Of, m, u)...)
	all = append(all, logLines(p.Of, m, u)...)
	all = append(all, watchLines(p.Of, m, u)...)
	if !u.NoUpkeep {
		all = append(all, upkeepLines(p.Of, m, u)...)
		all = append(all, probeLines(p.Of, m, u)...)
	}
	for i := range all {
		all[i].Less = lessBy(all[i])
	}
	return all
}

// lessBy returns the parameters of the template that make a line less.
func lessBy(l Line) string {
	switch name := l.Service + ": " + l.What; {
	case l.Service == "Upkeep":
		return "Upkeep"
	case name == "Lambda: starts of both", name == "Lambda: ingest, time", name == "Lambda: process, time":
		return "MemorySize, Architecture"
	case name == "DynamoDB: ledger, writes":
		return "KeepPayloads, TableBilling"
	case l.Service == "DynamoDB":
		return "KeepPayloads, PayloadRetentionDays"
	case name == "CloudWatch: log lines, written":
		return "Watch, LogLevel"
	case name == "CloudWatch: log lines, kept":
		return "Watch, LogRetentionDays"
	case l.Service == "CloudWatch":
		return "Watch"
	}
	return ""
}

// upkeepLines returns the lines of upkeep, with nothing to do. Its metrics cost something in
// hours with a fault only.
func upkeepLines(p PriceOf, m Measured, u Usage) []Line {
	seconds := p.LambdaX86
	if u.Arm64 {
		seconds = p.LambdaArm
	}
	runs := hours * 3600 / upkeepEvery.Seconds()
	digests := hours * 3600 / digestEvery.Seconds()
	w := m.watch(u)
	bytes := runs * (upkeepLogBytes + w.Platform.Bytes)
	return []Line{
		p.LambdaRequest.line("Upkeep", "invocations", runs),
		seconds.line("Upkeep", "time", m.gigabyteSeconds(runs, upkeepTook)),
		p.S3Put.line("Upkeep", "lists of the vault", runs), // S3 charges for a list as for a put
		p.DynamoDBWrite.line("Upkeep", "lease and cursors, writes", 2*runs+digests),
		p.DynamoDBRead.line("Upkeep", "lease, cursors and index, reads", 3*runs+openPartitions/2*digests),
		p.SecretRead.line("Upkeep", "reads of the handlers' secret", runs), // once an hour with credentials for reconcile
		p.LogsWritten.line("Upkeep", "log lines, written", bytes/gigabyte),
		p.Alarm.line("Upkeep", "alarms", w.UpkeepAlarms),
	}
}

// requestLines returns the lines of API Gateway and Lambda.
func requestLines(p PriceOf, m Measured, u Usage) []Line {
	seconds := p.LambdaX86
	if u.Arm64 {
		seconds = p.LambdaArm
	}
	batches := u.Events / u.Batch
	starts := m.gigabyteSeconds(startShare*u.requests(), m.startTime(m.Ingest)) +
		m.gigabyteSeconds(startShare*batches, m.startTime(m.One))
	return []Line{
		p.APIRequest.line("API Gateway", "webhooks", u.requests()*steps(m.Event.Message, 512*kilobyte)),
		p.DataOut.line("API Gateway", "answers to them", u.requests()*m.Event.Answer/gigabyte),
		p.LambdaRequest.line("Lambda", "ingest, invocations", u.requests()),
		seconds.line("Lambda", "ingest, time", m.gigabyteSeconds(u.requests(), m.ingestTime(u))),
		p.LambdaRequest.line("Lambda", "process, invocations", batches),
		seconds.line("Lambda", "process, time", m.gigabyteSeconds(batches, m.processTime(u))),
		seconds.line("Lambda", "starts of both", starts),
	}
}

// queueLines returns the lines of SQS. Lambda receives a batch with one request and deletes
// it with another.
func queueLines(p PriceOf, m Measured, u Usage) []Line {
	batches := u.Events / u.Batch
	idle := pollers * hours * 3600 / pollWait.Seconds()
	return []Line{
		p.SQSRequest.line("SQS", "sent", u.Events*steps(m.Event.Message, 64*kilobyte)),
		p.SQSRequest.line("SQS", "received and deleted", batches*(steps(m.Event.Message*u.Batch, 64*kilobyte)+1)),
		p.SQSRequest.line("SQS", "polls that find nothing", idle),
	}
}

// vaultLines returns the lines of S3, which keeps only bodies that do not fit the queue.
func vaultLines(p PriceOf, u Usage) []Line {
	return []Line{
		p.S3Put.line("S3", "large bodies, put", u.Large),
		p.S3Get.line("S3", "large bodies, read", u.Large),
		p.S3Kept.line("S3", "large bodies, kept", u.Large*largeBody/gigabyte*largeDays*24/hours),
	}
}

// tableLines returns the lines of DynamoDB. A kept payload counts with the size of the
// message, although it is compressed.
func tableLines(p PriceOf, m Measured, u Usage) []Line {
	writes := m.Event.Writes * steps(m.Event.Record, kilobyte)
	bytes := m.Event.Record + recordExtra
	if u.Payloads {
		writes += steps(m.Event.Message, kilobyte)
		bytes += m.Event.Message + recordExtra
	}
	kept := u.Events * bytes / gigabyte * m.Event.Kept * 24 / hours
	return []Line{
		p.DynamoDBWrite.line("DynamoDB", "ledger, writes", u.Events*writes),
		p.DynamoDBKept.line("DynamoDB", "ledger, kept", kept),
		p.DynamoDBPITR.line("DynamoDB", "ledger, point-in-time recovery", kept),
	}
}

// logLines returns the lines of CloudWatch Logs. Kept logs count uncompressed.
func logLines(p PriceOf, m Measured, u Usage) []Line {
	w, batches := m.watch(u), u.Events/u.Batch
	event, batch := w.event(), w.process(u.Batch)
	bytes := u.requests()*event.Bytes + batches*batch.Bytes
	lines := u.requests()*event.Lines + batches*batch.Lines
	kept := (bytes + lines*logLineExtra) * m.Stack.LogDays * 24 / hours
	return []Line{
		p.LogsWritten.line("CloudWatch", "log lines, written", bytes/gigabyte),
		p.LogsKept.line("CloudWatch", "log lines, kept", kept/gigabyte),
	}
}

// watchLines returns the lines that do not depend on the number of events, and that of the
// secrets' reads.
func watchLines(p PriceOf, m Measured, u Usage) []Line {
	w := m.watch(u)
	usual := w.Series.UsualAlone + float64(u.Sources)*w.Series.UsualBySource
	seldom := w.Series.SeldomAlone + float64(u.Sources)*w.Series.Seldom
	return []Line{
		p.Metric.line("CloudWatch", "metrics of every event", usual),
		p.Metric.line("CloudWatch", "metrics of rare outcomes", seldom*seldomHours),
		p.Alarm.line("CloudWatch", "alarms", w.AlarmMetrics),
		p.Dashboard.line("CloudWatch", "dashboard", w.Dashboards),
		p.Secret.line("Secrets Manager", "secrets", m.Stack.Secrets),
		p.SecretRead.line("Secrets Manager", "reads of them", secretReads(m, u)),
	}
}

// secretReads returns how often secrets are read: at every start, and again and again by
// the instances of ingest that stay warm.
func secretReads(m Measured, u Usage) float64 {
	atOnce := u.requests() / (hours * 3600) * m.ingestTime(u).Seconds()
	instances := max(1, math.Ceil(atOnce*peak))
	warm := instances * hours * 3600 / sourcesRead.Seconds()
	return min(u.requests(), warm) + startShare*(u.requests()+u.Events/u.Batch)
}
