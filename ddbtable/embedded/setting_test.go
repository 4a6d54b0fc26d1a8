package embedded_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	"example.com/ddb/ddbtable/embedded"
)

const tabARN = "arn:aws:dynamodb:us-east-1:000000000000:table/tab"

func tags(t *testing.T, c *dynamodb.Client) map[string]string {
	t.Helper()
	out, err := c.ListTagsOfResource(t.Context(), &dynamodb.ListTagsOfResourceInput{ResourceArn: aws.String(tabARN)})
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, tag := range out.Tags {
		got[*tag.Key] = *tag.Value
	}
	return got
}

func numbered(from, to int) []types.Tag {
	var list []types.Tag
	for i := from; i < to; i++ {
		list = append(list, types.Tag{Key: aws.String(fmt.Sprint(i)), Value: aws.String("v")})
	}
	return list
}

func TestATableHasAtMost50Tags(t *testing.T) {
	c := open(t).Client()
	in := definition()
	in.Tags = numbered(0, 51)
	if _, err := c.CreateTable(t.Context(), in); err == nil || !strings.Contains(err.Error(), "limit of 50") {
		t.Errorf("CreateTable with 51 tags: %v", err)
	}
	in.Tags = numbered(0, 49)
	if _, err := c.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		to int
		ok bool
	}{{51, false}, {50, true}} {
		_, err := c.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: aws.String(tabARN), Tags: numbered(40, test.to)})
		if (err == nil) != test.ok {
			t.Errorf("TagResource up to %d: %v", test.to, err)
		}
	}
	if got := tags(t, c); len(got) != 50 {
		t.Errorf("%d tags", len(got))
	}
}

// TestSettingsSurviveARestart changes every setting of a table in a file and
// finds them after it was opened again.
func TestSettingsSurviveARestart(t *testing.T) {
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	path := filepath.Join(t.TempDir(), "data")
	opts := []embedded.Option{embedded.File(path), embedded.Clock(func() time.Time { return now })}
	db := open(t, opts...)
	c := db.Client()
	createTable(t, c, false)
	_, err := c.TagResource(t.Context(), &dynamodb.TagResourceInput{ResourceArn: aws.String(tabARN), Tags: numbered(0, 2)})
	must(t, err)
	_, err = c.UntagResource(t.Context(), &dynamodb.UntagResourceInput{ResourceArn: aws.String(tabARN), TagKeys: []string{"0"}})
	must(t, err)
	_, err = c.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName:               aws.String("tab"),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)},
	})
	must(t, err)
	_, err = c.UpdateContinuousBackups(t.Context(), &dynamodb.UpdateContinuousBackupsInput{
		TableName:                        aws.String("tab"),
		PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true), RecoveryPeriodInDays: aws.Int32(2)},
	})
	must(t, err)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	now = now.Add(72 * time.Hour)
	c = open(t, opts...).Client()
	if diff := cmp.Diff(map[string]string{"1": "v"}, tags(t, c)); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	ttl, err := c.DescribeTimeToLive(t.Context(), &dynamodb.DescribeTimeToLiveInput{TableName: aws.String("tab")})
	if err != nil || ttl.TimeToLiveDescription.TimeToLiveStatus != types.TimeToLiveStatusEnabled || *ttl.TimeToLiveDescription.AttributeName != "expires" {
		t.Errorf("DescribeTimeToLive: %+v, %v", ttl, err)
	}
	backups, err := c.DescribeContinuousBackups(t.Context(), &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String("tab")})
	if err != nil {
		t.Fatal(err)
	}
	d := backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription
	earliest, latest := now.AddDate(0, 0, -2), now.Add(-5*time.Minute)
	if !d.EarliestRestorableDateTime.Equal(earliest) || !d.LatestRestorableDateTime.Equal(latest) || *d.RecoveryPeriodInDays != 2 {
		t.Errorf("recovery: got %v to %v, %d days\nwant %v to %v, 2 days",
			d.EarliestRestorableDateTime, d.LatestRestorableDateTime, *d.RecoveryPeriodInDays, earliest, latest)
	}
}

// TestEndpointDiscoveryStaysAtTheEngine lets the SDK ask for its endpoint.
func TestEndpointDiscoveryStaysAtTheEngine(t *testing.T) {
	c := open(t).Client()
	out, err := c.DescribeEndpoints(t.Context(), new(dynamodb.DescribeEndpointsInput))
	if err != nil || len(out.Endpoints) != 1 || *out.Endpoints[0].Address != "embedded.invalid" {
		t.Errorf("DescribeEndpoints: %+v, %v", out, err)
	}
	limits, err := c.DescribeLimits(t.Context(), new(dynamodb.DescribeLimitsInput))
	if err != nil || *limits.TableMaxReadCapacityUnits != 40000 {
		t.Errorf("DescribeLimits: %+v, %v", limits, err)
	}
}

// must ends the test when a step of its preparation failed.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
