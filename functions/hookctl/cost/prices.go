package cost

import (
	"bytes"
	_ "embed" // for the file
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

//go:embed prices.json
var pricesFile []byte

// Prices are those of AWS in one region, as looked up on one day.
type Prices struct {
	Region string  `json:"region"`
	Date   string  `json:"date"` // of the look-up, 2006-01-02
	Of     PriceOf `json:"prices"`
}

// PriceOf holds the price of each thing that the stack uses.
type PriceOf struct {
	APIRequest    Price `json:"api_request"`
	DataOut       Price `json:"data_out"`
	LambdaRequest Price `json:"lambda_request"`
	LambdaX86     Price `json:"lambda_x86"`
	LambdaArm     Price `json:"lambda_arm"`
	SQSRequest    Price `json:"sqs_request"`
	S3Put         Price `json:"s3_put"`
	S3Get         Price `json:"s3_get"`
	S3Kept        Price `json:"s3_kept"`
	DynamoDBWrite Price `json:"dynamodb_write"`
	DynamoDBRead  Price `json:"dynamodb_read"`
	DynamoDBKept  Price `json:"dynamodb_kept"`
	DynamoDBPITR  Price `json:"dynamodb_pitr"`
	LogsWritten   Price `json:"logs_written"`
	LogsKept      Price `json:"logs_kept"`
	Metric        Price `json:"metric"`
	Alarm         Price `json:"alarm"`
	Dashboard     Price `json:"dashboard"`
	Secret        Price `json:"secret"`
	SecretRead    Price `json:"secret_read"`
}

// A Price is what a number of units costs in US dollars, without free tier and discounts.
// A GB is 2^30 bytes. What is charged by the month is for a whole month.
type Price struct {
	USD  float64 `json:"usd"`
	Per  float64 `json:"per"`
	Unit string  `json:"unit"`
	Page string  `json:"page"` // where AWS says it
	// Confirmed says where the price was found, as AWS's own page shows its tables only to a
	// browser. If empty, it was not found anywhere.
	Confirmed string `json:"confirmed"`
}

// ErrFile reports that prices.json or measured.json lacks something.
var ErrFile = errors.New("file is not complete")

// DefaultPrices returns the prices of prices.json. Its error is [ErrFile].
func DefaultPrices() (Prices, error) { return parsePrices(pricesFile) }

func parsePrices(text []byte) (Prices, error) {
	var p Prices
	if err := decode("prices.json", text, &p); err != nil {
		return Prices{}, err
	}
	for _, one := range p.Of.all() {
		if one.USD <= 0 || one.Per <= 0 || one.Unit == "" || one.Page == "" {
			return Prices{}, fmt.Errorf("prices.json: %w: give every price usd, per, unit and page; this one lacks something: %+v", ErrFile, one)
		}
	}
	return p, checkDate("prices.json", p.Date)
}

func (p PriceOf) all() []Price {
	return []Price{
		p.APIRequest, p.DataOut, p.LambdaRequest, p.LambdaX86, p.LambdaArm, p.SQSRequest,
		p.S3Put, p.S3Get, p.S3Kept, p.DynamoDBWrite, p.DynamoDBRead, p.DynamoDBKept, p.DynamoDBPITR, p.LogsWritten, p.LogsKept,
		p.Metric, p.Alarm, p.Dashboard, p.Secret, p.SecretRead,
	}
}

// decode refuses unknown fields: a misspelt price would count as 0.
func decode(name string, text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w: %w", name, ErrFile, err)
	}
	return nil
}

func checkDate(name, date string) error {
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return fmt.Errorf("%s: %w: date: %w", name, ErrFile, err)
	}
	return nil
}
