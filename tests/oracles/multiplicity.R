# Writes multiplicity.csv: p-values adjusted step by step with R's own p.adjust.
# Run from tests/oracles with `Rscript multiplicity.R`.
mmrv <- read.csv("mmrv_counts.csv")
mmrv$p_value <- mapply(
  function(x, n, y, m) fisher.test(matrix(c(x, n - x, y, m - y), 2))$p.value,
  mmrv$with_event, mmrv$subjects, mmrv$reference_with_event, mmrv$reference_subjects
)
set.seed(20260331)
# Ties, missing ones, a class without any, and one class that stands out.
mixed <- data.frame(class = sample(sprintf("class %d", 1:9), 60, replace = TRUE))
mixed$term <- sprintf("term %d", seq_len(60))
mixed$p_value <- round(rbeta(60, 0.6, 1.4)^ifelse(mixed$class == "class 3", 4, 1), 2)
mixed$p_value[sample(60, 6)] <- NA
mixed$p_value[mixed$class == "class 7"] <- NA
bh <- function(p) p.adjust(p, method = "BH")
smallest <- function(p) if (all(is.na(p))) NA else min(p, na.rm = TRUE)
adjusted <- function(d, method, alpha) {
  if (method == "benjamini-hochberg") {
    return(data.frame(class_adjusted = NA, adjusted = bh(d$p_value), pass = TRUE))
  }
  within <- ave(d$p_value, d$class, FUN = bh)
  stands <- if (method == "double-fdr-2004") d$p_value else within
  classes <- bh(tapply(stands, d$class, smallest))
  own <- as.vector(classes[d$class])
  pass <- !is.na(own) & own <= alpha
  pooled <- bh(ifelse(pass, d$p_value, NA))
  data.frame(
    class_adjusted = own, adjusted = if (method == "double-fdr-2004") within else pooled, pass = pass
  )
}
found <- list()
for (name in c("mmrv", "mixed")) for (alpha in c(0.05, 0.1)) {
  for (method in c("benjamini-hochberg", "double-fdr-2004", "double-fdr-2012")) {
    d <- get(name)
    a <- adjusted(d, method, alpha)
    flagged <- a$pass & !is.na(a$adjusted) & a$adjusted <= alpha
    for (quantity in c("class_adjusted", "adjusted", "flagged")) {
      value <- if (quantity == "flagged") as.numeric(flagged) else a[[quantity]]
      found[[length(found) + 1]] <- data.frame(
        case = paste(name, method, alpha), class = d$class, term = d$term,
        p_value = ifelse(is.na(d$p_value), "", format(d$p_value, digits = 17, trim = TRUE)),
        method = method, alpha = alpha, quantity = quantity,
        expected = ifelse(is.na(value), "", format(value, digits = 17, trim = TRUE)),
        tolerance = 1e-9, source = "R 4.2.2, tests/oracles/multiplicity.R: p.adjust(method = \"BH\")"
      )
    }
  }
}
write.csv(do.call(rbind, found), "multiplicity.csv", row.names = FALSE)
