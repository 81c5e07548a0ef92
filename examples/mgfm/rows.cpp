#include "rows.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "mgkit/io/json.hpp"
#include "mgkit/report/json.hpp"

namespace mgfm {

using namespace mgkit;
using report::feature_kind;

namespace {

std::string key(feature_kind kind, const std::string& stream, int fold, std::uint64_t seed) {
    return text(report::name(kind), "/", stream, "/", fold, "/", seed);
}

/// The public sets this program was tried on; none of them has micro-gestures. Nothing is known
/// about others.
report::micro_gestures contains_micro_gestures(const data::provenance& about) {
    if (about.synthetic) return report::micro_gestures::no;
    for (const char* known :
         {"Northwestern-UCLA", "MSRC-12", "Motions: 33 people", "Gesture Phase"})
        if (about.name.starts_with(known)) return report::micro_gestures::no;
    return report::micro_gestures::unknown;
}

}  // namespace

row_store::row_store(std::string path, std::string run)
    : path_(std::move(path)), run_(std::move(run)) {
    if (path_.empty() || !std::filesystem::exists(path_)) return;
    const io::json stored = io::read_json(path_);
    const auto found = io::get<std::string>(stored, "run", path_);
    if (found != run_)
        throw error(path_, text("rows of this study (", run_, ")"), found,
                    "use another --work folder, or remove this one");
    for (const auto& row : io::get<std::vector<io::json>>(stored, "rows", path_)) {
        rows_.push_back(report::row_from_json(row, path_));
        const auto& r = rows_.back();
        keys_.insert(key(r.features, r.stream, r.fold, r.seed));
    }
}

bool row_store::has(feature_kind kind, const std::string& stream, int fold,
                    std::uint64_t seed) const {
    return keys_.contains(key(kind, stream, fold, seed));
}

void row_store::add(report::study_row row) {
    keys_.insert(key(row.features, row.stream, row.fold, row.seed));
    rows_.push_back(std::move(row));
    if (path_.empty()) return;
    io::json rows = io::json::array();
    for (const auto& r : rows_) rows.push_back(report::to_json(r, report::answers::keep));
    io::write_json(path_, {{"run", run_}, {"rows", rows}});
}

std::vector<probe::clip_view> side::views() const {
    std::vector<probe::clip_view> out;
    for (int i = 0; i < clips.size(); ++i) out.push_back(clips.clip(i));
    return out;
}

data::feature_table side::raw(const encode::clip_input& input) const {
    data::feature_table out{static_cast<std::size_t>(clips.size()), input.size(), {}};
    out.values.resize(out.rows * out.columns);
    encode::clip_input::scratch work;
    for (std::size_t i = 0; i < out.rows; ++i)
        input.write_whole(clips.clip(static_cast<int>(i)), out.row(i), work);
    return out;
}

fold_sides::fold_sides(const corpus& from, const std::string& stated, const named_split& splits,
                       std::size_t at, int thread_count)
    : fold(static_cast<int>(at)),
      threads(thread_count),
      reference(reference_of(from, stated, splits.folds[at].train)) {
    const data::clip_set& clips = positioned(from, splits.folds[at].train);
    train.clips = clips.subset(splits.folds[at].train);
    test.clips = clips.subset(splits.folds[at].test);
}

report::study_row fold_sides::row(feature_kind kind, const std::string& stream,
                                  std::uint64_t seed) const {
    report::study_row r;
    r.features = kind;
    r.stream = stream;
    r.fold = fold;
    r.seed = seed;
    r.clip = test.clips.ids;
    r.subject = test.clips.subjects;
    r.chosen.push_back({"reference", reference});
    return r;
}

report::study_row fold_sides::majority(const std::string& stream) const {
    auto out = row(feature_kind::majority, stream, 0);
    const auto result = probe::majority(train.clips.labels, test.clips.labels, classes());
    report::add_knn(out, result);
    report::add_linear(out, result);
    return out;
}

probed_row probed(const fold_sides& sides, feature_kind kind, const std::string& stream,
                  std::uint64_t seed, const data::feature_table& train,
                  const data::feature_table& test, std::span<const int> labels) {
    probed_row out{sides.row(kind, stream, seed), {}};
    report::add_knn(out.row, retrieve(train, labels, test, sides.test.clips.labels, sides.classes(),
                                      sides.threads));
    auto linear =
        linear_probe(train, sides.train.clips, labels, test, sides.test.clips, sides.threads);
    report::add_linear(out.row, linear.scores);
    char ridge[32];
    std::snprintf(ridge, sizeof ridge, "%g", linear.ridge);
    out.row.chosen.push_back({"ridge", ridge});
    out.linear = std::move(linear.scores);
    return out;
}

report::study_data describe(const corpus& from, const std::string& folder) {
    const auto& clips = from.clips;
    report::study_data out;
    out.name = clips.about.name;
    out.clips = clips.size();
    out.subjects = static_cast<int>(subjects(clips).size());
    out.excluded = from.excluded();
    out.class_names = clips.class_names;
    out.class_groups = clips.class_groups;
    for (const auto& j : clips.topology.joints) out.joint_names.emplace_back(j);
    out.bones = clips.topology.bones();
    out.synthetic = clips.about.synthetic;
    out.generator = clips.about.generator;
    out.folder = folder;
    out.contains = contains_micro_gestures(clips.about);
    if (!clips.about.caveat.empty()) out.notes.push_back(clips.about.caveat);
    return out;
}

std::vector<double> class_counts(const data::clip_set& clips) {
    std::vector<double> out(clips.class_names.size());
    for (const int label : clips.labels) ++out[static_cast<std::size_t>(label)];
    return out;
}

report::study_clip drawn(const data::clip_set& clips, int i) {
    const auto view = clips.clip(i);
    report::study_clip out;
    out.pose.resize(view.shape, view.length);
    std::copy_n(view.values, view.shape.size(), out.pose.view().values);
    out.label = clips.labels[static_cast<std::size_t>(i)];
    out.caption = text("subject ", clips.subjects[static_cast<std::size_t>(i)]);
    out.row = clips.ids[static_cast<std::size_t>(i)];
    return out;
}

std::vector<report::study_retrieval> examples(const fold_sides& sides,
                                              const data::feature_table& train,
                                              const data::feature_table& test, int count,
                                              std::size_t hits) {
    std::vector<report::study_retrieval> out;
    const auto& labels = sides.test.clips.labels;
    const int clips = sides.test.clips.size();
    count = std::min(count, clips);
    std::set<int> shown_classes;
    for (int e = 0; e < count; ++e) {
        // From here on, the next clip of a class that has not been shown yet.
        const int start = static_cast<int>(static_cast<long long>(e) * clips / count);
        int query = start;
        while (query < clips && shown_classes.contains(labels[static_cast<std::size_t>(query)]))
            ++query;
        if (query == clips) query = start;
        shown_classes.insert(labels[static_cast<std::size_t>(query)]);
        const int one[] = {query};
        const auto found = nearest(train, test.subset(one), hits, sides.threads);
        report::study_retrieval shown{drawn(sides.test.clips, query), {}};
        for (std::size_t j = 0; j < found.k; ++j)
            shown.hits.push_back({drawn(sides.train.clips, found.index[j]), found.cosine[j]});
        out.push_back(std::move(shown));
    }
    return out;
}

}  // namespace mgfm
