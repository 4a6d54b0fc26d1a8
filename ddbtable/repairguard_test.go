package ddbtable_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

func rawMember(id, email, team, name string) rawItem {
	i := rawItem{"id": id, "type": "member", "team": team, "name": name}
	if email != "" {
		i["email"] = email
	}
	return i
}

func TestRepairClaimsUniqueValues(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, _ *embedded.DB) {
		ctx := t.Context()
		put(t, table, member("new", "new@x", "blue", "new"))
		storeRaw(t, r.client, table.Name(),
			rawMember("a", "a@x", "blue", "ada"), rawMember("b", "", "blue", "bob"),
			rawMember("c", "new@x", "red", "cy"), // whose address has a guard item
			rawMember("d", "d@x", "red", "dan"), rawMember("e", "d@x", "red", "eve"))
		var bad []string
		repair := table.Repair().OnBadItem(func(e *ddbtable.ItemError) error {
			taken, ok := errors.AsType[*ddbtable.UniqueError](e)
			if !ok || errors.Is(e, ddbtable.ErrCorruptResponse) {
				t.Errorf("a bad item: %v", e)
				return nil
			}
			bad = append(bad, e.Key["id"].(*types.AttributeValueMemberS).Value+" "+strings.Join(taken.Attributes, "+"))
			return nil
		})
		r.sent()
		report, err := repair.DryRun(ctx)
		expect(t, "dry run", report.String(), "6 read, 0 stale, 0 mended, 0 changed meanwhile, 1 bad, 9 unclaimed, 0 claimed")
		r.expectSent(t, "dry run", "Scan", "BatchGetItem")
		expect(t, "taken", bad, []string{"c email"})
		if err != nil {
			t.Error(err)
		}

		bad = nil
		repaired(t, "run", repair, "6 read, 0 stale, 0 mended, 0 changed meanwhile, 2 bad, 9 unclaimed, 7 claimed")
		if len(bad) != 2 || !strings.Contains(fmt.Sprint(bad), "c email") || !strings.Contains(fmt.Sprint(bad), "d email") && !strings.Contains(fmt.Sprint(bad), "e email") {
			t.Errorf("taken: %q", bad)
		}
		violates(t, "a claimed value", errOf(table.Create(member("z", "a@x", "green", "z")).Run(ctx)), "email")
		violates(t, "two claimed values", errOf(table.Create(member("z", "", "blue", "bob")).Run(ctx)), "team", "name")
		repaired(t, "again", repair, "6 read, 0 stale, 0 mended, 0 changed meanwhile, 2 bad, 2 unclaimed, 0 claimed")

		// Who has the claim gives it up as ever.
		if _, err := table.Update(MemberID.Eq("new")).Change(MemberEmail.Remove()).Run(ctx); err != nil {
			t.Fatal(err)
		}
		repaired(t, "a value that is free now", repair, "6 read, 0 stale, 0 mended, 0 changed meanwhile, 1 bad, 2 unclaimed, 1 claimed")
	})
}

func TestRepairThatClaimsMeetsOtherWriters(t *testing.T) {
	for name, step := range map[string]struct {
		meddle func(table *ddbtable.Table[Member], r *recorder) error
		want   string
	}{
		"another value": {func(table *ddbtable.Table[Member], r *recorder) error {
			storeRaw(t, r.client, table.Name(), rawMember("a", "other@x", "blue", "ada"))
			return nil
		}, "1 bad, 2 unclaimed, 1 claimed"},
		"no value": {func(table *ddbtable.Table[Member], r *recorder) error {
			storeRaw(t, r.client, table.Name(), rawMember("a", "", "blue", "ada"))
			return nil
		}, "1 changed meanwhile, 0 bad, 2 unclaimed, 1 claimed"},
		"no item": {func(table *ddbtable.Table[Member], _ *recorder) error {
			return errOf(table.Delete(MemberID.Eq("a")).Run(t.Context()))
		}, "2 changed meanwhile, 0 bad, 2 unclaimed, 0 claimed"},
		"claimed by the item": {func(table *ddbtable.Table[Member], _ *recorder) error {
			return errOf(table.Put(member("a", "a@x", "blue", "ada")).Run(t.Context()))
		}, "0 changed meanwhile, 0 bad, 2 unclaimed, 2 claimed"},
		"claimed by another": {func(table *ddbtable.Table[Member], _ *recorder) error {
			return errOf(table.Create(member("b", "a@x", "red", "b")).Run(t.Context()))
		}, "1 bad, 2 unclaimed, 1 claimed"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, noOld := range []bool{false, true} {
				var options []ddbtable.Option
				if noOld {
					options = append(options, ddbtable.NoOldItem())
				}
				table, r := recorded(t, membersApart, options...)
				put(t, table, member("holder", "other@x", "red", "h"))
				storeRaw(t, r.client, table.Name(), rawMember("a", "a@x", "blue", "ada"))
				r.before = func(operation string) {
					if operation != "TransactWriteItems" {
						return
					}
					r.before = nil
					if err := step.meddle(table, r); err != nil {
						t.Error(err)
					}
				}
				report, err := table.Repair().Run(t.Context())
				if err != nil || !strings.HasSuffix(report.String(), step.want) {
					t.Errorf("%v, %v, want … %s", report, err, step.want)
				}
			}
		})
	}
}

func TestRepairThatClaimsOutlivesFaults(t *testing.T) {
	bothPlaces(t, func(t *testing.T, table *ddbtable.Table[Member], r *recorder, db *embedded.DB) {
		var old []rawItem
		for i := range 60 {
			old = append(old, rawMember(fmt.Sprint("m", i), fmt.Sprint(i, "@x"), "blue", fmt.Sprint(i)))
		}
		storeRaw(t, r.client, table.Name(), old...)
		lost := db.Inject(embedded.Fault{Effect: embedded.FailAfter, Operation: "TransactWriteItems", Every: 3})
		met := db.Inject(embedded.Fault{Effect: embedded.Conflict, Operation: "TransactWriteItems", Every: 5})
		back := db.Inject(embedded.Fault{Effect: embedded.Unprocessed, Operation: "BatchGetItem", Every: 4})
		repaired(t, "with faults", table.Repair(), "60 read, 0 stale, 0 mended, 0 changed meanwhile, 0 bad, 120 unclaimed, 120 claimed")
		if lost.Hits() == 0 || met.Hits() == 0 || back.Hits() == 0 {
			t.Errorf("faults hit %d, %d, %d times", lost.Hits(), met.Hits(), back.Hits())
		}
		for _, f := range []*embedded.Injection{lost, met, back} {
			f.Stop()
		}
		repaired(t, "after it", table.Repair(), "60 read, 0 stale, 0 mended, 0 changed meanwhile, 0 bad")
	})
}

func TestRepairOfACollectionClaims(t *testing.T) {
	table, r := recorded(t, shopUnique)
	storeRaw(t, r.client, table.Name(),
		rawItem{"pk": "CUSTOMER#c", "sk": "A#PROFILE", "type": "customer", "customer_id": "c", "name": "n"},
		rawItem{"pk": "CUSTOMER#c", "sk": "INVOICE#000001", "type": "invoice", "customer_id": "c", "number": 1, "cents": 5, "due": 1},
		rawItem{"pk": "CUSTOMER#c", "sk": "INVOICE#000002", "type": "invoice", "customer_id": "c", "number": 2, "cents": 5, "due": 1})
	report, err := table.Repair().Run(t.Context())
	if err != nil || report.Unclaimed != 2 || report.Claimed != 1 || report.Bad != 1 {
		t.Errorf("%v, %v", report, err)
	}
}

func TestRepairReportsWhatTheServiceRefusesAsItIs(t *testing.T) {
	table, r := recorded(t, Jobs)
	large := oldJob("large", 1)
	large["note"] = strings.Repeat("x", 409_600-len("idlarge"+"workerada"+"state"+"began"+"note")-2-2)
	storeRaw(t, r.client, table.Name(), large)
	_, err := table.Repair().OnBadItem(func(e *ddbtable.ItemError) error { return e }).Run(t.Context())
	bad, ok := errors.AsType[*ddbtable.ItemError](err)
	if !ok || errors.Is(err, ddbtable.ErrCorruptResponse) || bad.Key["id"] == nil {
		t.Errorf("an item that cannot grow: %v", err)
	}
}
