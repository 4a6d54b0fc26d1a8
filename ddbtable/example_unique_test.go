package ddbtable_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/ddb/ddbtable"
	"example.com/ddb/ddbtable/embedded"
)

// A Member has an address that no other has, if it has one, and a name that is
// taken once in each team.
type Member struct {
	_     struct{} `ddb:"type,discriminator,from=member"`
	ID    string   `ddb:"id,partition"`
	Email *string  `ddb:"email,omitzero"`
	Team  string   `ddb:"team"`
	Name  string   `ddb:"name"`
}

var (
	MemberID    = ddbtable.Attr(func(m *Member) *string { return &m.ID })
	MemberEmail = ddbtable.Attr(func(m *Member) **string { return &m.Email })
	MemberTeam  = ddbtable.Attr(func(m *Member) *string { return &m.Team })
	MemberName  = ddbtable.Attr(func(m *Member) *string { return &m.Name })

	Members = ddbtable.MustDefine[Member]("members",
		ddbtable.Unique(MemberEmail),
		ddbtable.Unique[Member](MemberTeam, MemberName),
		ddbtable.Counted(MemberTeam))
)

// Nobody else gets a name that is taken. It is free again when its item
// changes it, or is deleted; the number of members of a team is kept with it.
func ExampleUnique_unique() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	members := ddbtable.Open(db.Client(), Members)
	if err := members.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}

	if _, err := members.Create(Member{ID: "m1", Team: "blue", Name: "ada"}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	_, err = members.Create(Member{ID: "m2", Team: "blue", Name: "ada"}).Run(ctx)
	if taken, ok := errors.AsType[*ddbtable.UniqueError](err); ok {
		fmt.Println("taken:", taken.Attributes)
	}
	fmt.Println(err)

	if _, err := members.Update(MemberID.Eq("m1")).Change(MemberName.Set("grace")).Run(ctx); err != nil {
		log.Fatal(err)
	}
	if _, err := members.Create(Member{ID: "m2", Team: "blue", Name: "ada"}).Run(ctx); err != nil {
		log.Fatal(err)
	}
	n, err := members.Counter(ctx, MemberTeam.Eq("blue"))
	fmt.Println(n, "in the team", err)
	n, err = members.Scan().Count(ctx)
	fmt.Println(n, "in the table", err)
	// Output:
	// taken: [team name]
	// ddbtable: create members: unique team + name: another item has it already; choose another value
	// 2 in the team <nil>
	// 2 in the table <nil>
}

// Members that are older than the option claim their values. One of two that
// have the same is shown.
func ExampleTable_Repair_unique() {
	ctx := context.Background()
	db, err := embedded.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	members := ddbtable.Open(db.Client(), Members)
	if err := members.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	storeOldMember(ctx, db.Client(), "m1", "ada")
	storeOldMember(ctx, db.Client(), "m2", "grace")
	if _, err := members.Create(Member{ID: "m3", Team: "blue", Name: "ada"}).Run(ctx); err != nil {
		log.Fatal(err)
	}

	report, err := members.Repair().OnBadItem(func(bad *ddbtable.ItemError) error {
		if errors.Is(bad, ddbtable.ErrNotUnique) {
			fmt.Println(bad.Key["id"].(*types.AttributeValueMemberS).Value, "has what another has")
		}
		return nil
	}).Run(ctx)
	fmt.Println(report, err)
	// Output:
	// m1 has what another has
	// 3 read, 0 stale, 0 mended, 0 changed meanwhile, 1 bad, 2 unclaimed, 1 claimed <nil>
}

// storeOldMember stores a member as a program did that knew no constraints.
func storeOldMember(ctx context.Context, client *dynamodb.Client, id, name string) {
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	_, err := client.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String("members"), Item: map[string]types.AttributeValue{
		"type": text("member"), "id": text(id), "team": text("blue"), "name": text(name),
	}})
	if err != nil {
		log.Fatal(err)
	}
}
